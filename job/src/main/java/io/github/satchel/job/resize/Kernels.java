package io.github.satchel.job.resize;

import java.util.List;

/** Opens the kernels that the settings ask for. */
final class Kernels {

  private Kernels() {}

  /** The kernels in order of preference. */
  static List<PictureKernel> open(ResizeSettings settings) {
    return List.of(new JavaKernel(settings));
  }
}
