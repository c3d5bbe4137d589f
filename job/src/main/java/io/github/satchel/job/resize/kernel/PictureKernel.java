package io.github.satchel.job.resize.kernel;

import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.header.UnreadablePictureException;

/**
 * Decodes, scales and encodes pictures whose {@link PictureHeader} was found good. An instance
 * belongs to one thread.
 */
public interface PictureKernel extends AutoCloseable {

  /** The kernel's name in the log and in metrics: {@code native} or {@code java}. */
  String name();

  /** The memory that {@link #resize} takes for a picture at most, without the file itself. */
  DecodingMemory.Need need(PictureHeader header);

  /**
   * Scales a picture to the size of the settings, its aspect ratio ignored, upright according to
   * its EXIF orientation. Of an animation it takes the first frame.
   *
   * @return the encoded picture: 8 bits a channel, sRGB, PNG with transparency where the picture
   *     has any, JPEG with transparency flattened on white
   * @throws UnreadablePictureException if the decoder refuses the picture
   * @throws OutOfMemoryError if there was not enough of it, in the heap or outside
   */
  byte[] resize(byte[] content, PictureHeader header, Encoding encoding)
      throws UnreadablePictureException;

  @Override
  void close();
}
