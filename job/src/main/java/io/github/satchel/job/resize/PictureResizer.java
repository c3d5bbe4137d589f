package io.github.satchel.job.resize;

import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.header.UnreadablePictureException;
import io.github.satchel.job.resize.kernel.DecodingMemory;
import io.github.satchel.job.resize.kernel.Encoding;
import io.github.satchel.job.resize.kernel.Kernels;
import io.github.satchel.job.resize.kernel.PictureKernel;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * Resizes pictures from anywhere: looks at the header first, then asks the kernels in turn until
 * one reads the picture. Belongs to one thread, except for what only looks at headers.
 */
public final class PictureResizer implements AutoCloseable {

  private final long maxPixels;
  private final List<PictureKernel> kernels;
  private final DecodingMemory memory;

  /**
   * @param kernels in order of preference, at least one; closed with this
   * @param memory tells which pictures are too large for a kernel
   */
  PictureResizer(long maxPixels, List<PictureKernel> kernels, DecodingMemory memory) {
    this.maxPixels = maxPixels;
    this.kernels = List.copyOf(kernels);
    this.memory = memory;
  }

  /** Name of the preferred kernel. */
  public String kernel() {
    return kernels.get(0).name();
  }

  /** Opens the kernels that the settings ask for. */
  public static PictureResizer open(ResizeSettings settings) {
    return new PictureResizer(
        settings.maxPixels(), Kernels.open(settings), DecodingMemory.of(settings));
  }

  /** Resizes a picture. Whatever is wrong with it is in the answer. */
  public Outcome resize(byte[] content, OutputFormat format) {
    try {
      return resize(content, header(content), format);
    } catch (UnreadablePictureException e) {
      return Outcome.Refused.of(e);
    }
  }

  /**
   * The header of a picture that is to be resized.
   *
   * @throws UnreadablePictureException if it is no picture, or one that is too large
   */
  public PictureHeader header(byte[] content) throws UnreadablePictureException {
    PictureHeader header = PictureHeader.read(content);
    if (header.pixels() > maxPixels || !memory.allows(kernels.get(0).need(header))) {
      throw UnreadablePictureException.tooManyPixels(header);
    }
    return header;
  }

  /** The memory that {@link #resize(byte[], PictureHeader, OutputFormat)} takes at most. */
  DecodingMemory.Need need(PictureHeader header) {
    return kernels.stream()
        .map(kernel -> kernel.need(header))
        .filter(memory::allows)
        .reduce(DecodingMemory.Need.NOTHING, DecodingMemory.Need::or);
  }

  /**
   * Resizes a picture whose header was found good.
   *
   * @throws UnreadablePictureException if no kernel reads it
   * @throws OutOfMemoryError if it does not fit; says nothing about the picture
   */
  public Outcome resize(byte[] content, PictureHeader header, OutputFormat format)
      throws UnreadablePictureException {
    Encoding encoding = Encoding.of(format, header.type());
    var refusals = new ArrayList<UnreadablePictureException>();
    for (PictureKernel kernel : kernels) {
      if (memory.allows(kernel.need(header))) {
        try {
          byte[] resized = decode(kernel, content, header, encoding);
          return new Outcome.Resized(resized, encoding, header.type(), kernel.name());
        } catch (UnreadablePictureException e) {
          refusals.add(e);
        }
      }
    }
    throw refusals.get(0);
  }

  /**
   * Makes whatever a decoder throws the picture's failure: they meet hostile pictures with any
   * unchecked exception and with a {@link StackOverflowError}. Not so an {@link OutOfMemoryError},
   * which any picture may meet, nor a {@link LinkageError}: no picture causes that but a deployment
   * that lacks a class or a library, so it goes on up and fails the job.
   */
  private static byte[] decode(
      PictureKernel kernel, byte[] content, PictureHeader header, Encoding encoding)
      throws UnreadablePictureException {
    try {
      return kernel.resize(content, header, encoding);
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (RuntimeException | VirtualMachineError | AssertionError e) {
      throw new UnreadablePictureException("the " + kernel.name() + " decoder failed: " + e, e);
    }
  }

  @Override
  public void close() {
    kernels.forEach(PictureKernel::close);
  }
}
