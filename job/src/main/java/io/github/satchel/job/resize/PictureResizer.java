package io.github.satchel.job.resize;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.model.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * Resizes pictures from anywhere: looks at the header first, then asks the kernels in turn until
 * one reads the picture. Belongs to one thread.
 */
public final class PictureResizer implements AutoCloseable {

  private final ResizeSettings settings;
  private final List<PictureKernel> kernels;

  /**
   * @param kernels in order of preference, at least one; closed with this
   */
  PictureResizer(ResizeSettings settings, List<PictureKernel> kernels) {
    this.settings = settings;
    this.kernels = List.copyOf(kernels);
  }

  /** Name of the preferred kernel. */
  String kernel() {
    return kernels.get(0).name();
  }

  /** Opens the kernels that the settings ask for. */
  public static PictureResizer open(ResizeSettings settings) {
    return new PictureResizer(settings, Kernels.open(settings));
  }

  /** Resizes a picture. Whatever is wrong with it is in the answer. */
  public Outcome resize(byte[] content, OutputFormat format) {
    try {
      PictureHeader header = PictureHeader.read(content);
      if (header.pixels() > settings.maxPixels()) {
        return new Outcome.Refused(
            new Problem(FailureCode.IMAGE_TOO_MANY_PIXELS, "Image size exceeds maximum limit"),
            header.width() + " x " + header.height() + " pixels");
      }
      return resize(content, header, Encoding.of(format, header.type()));
    } catch (UnreadablePictureException e) {
      return Outcome.Refused.unsupported(e);
    }
  }

  private Outcome resize(byte[] content, PictureHeader header, Encoding encoding)
      throws UnreadablePictureException {
    var refusals = new ArrayList<UnreadablePictureException>();
    for (PictureKernel kernel : kernels) {
      try {
        byte[] resized = decode(kernel, content, header, encoding);
        return new Outcome.Resized(resized, encoding, header.type(), kernel.name());
      } catch (UnreadablePictureException e) {
        refusals.add(e);
      }
    }
    throw refusals.get(0);
  }

  /**
   * Makes whatever a decoder throws the picture's failure. Decoders meet hostile pictures with any
   * unchecked exception, with a {@link StackOverflowError} or with an {@link OutOfMemoryError}: the
   * array that was too large was never there, so the heap is as before, and if it did fail the job,
   * the same picture would come again after each restart. A {@link LinkageError} says that the
   * deployment lacks a class or a library; no picture causes that, so it goes on up and fails the
   * job.
   */
  private static byte[] decode(
      PictureKernel kernel, byte[] content, PictureHeader header, Encoding encoding)
      throws UnreadablePictureException {
    try {
      return kernel.resize(content, header, encoding);
    } catch (RuntimeException | VirtualMachineError | AssertionError e) {
      throw new UnreadablePictureException("the " + kernel.name() + " decoder failed: " + e, e);
    }
  }

  @Override
  public void close() {
    kernels.forEach(PictureKernel::close);
  }
}
