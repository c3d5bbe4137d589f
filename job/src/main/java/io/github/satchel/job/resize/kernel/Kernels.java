package io.github.satchel.job.resize.kernel;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the kernels that the settings ask for, and says once a process which they are. */
public final class Kernels {

  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
  private static final AtomicBoolean SAID = new AtomicBoolean();

  private Kernels() {}

  /**
   * The kernels in order of preference; the Java kernel is always there, for pictures that the
   * native one refuses.
   *
   * @throws IllegalStateException if the native kernel is asked for and does not load
   */
  public static List<PictureKernel> open(ResizeSettings settings) {
    if (settings.kernel() == KernelChoice.JAVA) {
      say("Pictures are resized by the Java kernel");
      return List.of(new JavaKernel(settings));
    }
    try {
      NativeLibrary.load();
    } catch (IOException | LinkageError | RuntimeException e) {
      if (settings.kernel() == KernelChoice.NATIVE) {
        throw new IllegalStateException("The native kernel does not load", e);
      }
      if (SAID.compareAndSet(false, true)) {
        LOG.warn(
            "The native kernel does not load; the Java kernel resizes pictures: {}", e.toString());
      }
      return List.of(new JavaKernel(settings));
    }
    say("Pictures are resized by the native kernel");
    return List.of(new OpenCvKernel(settings), new JavaKernel(settings));
  }

  private static void say(String message) {
    if (SAID.compareAndSet(false, true)) {
      LOG.info(message);
    }
  }
}
