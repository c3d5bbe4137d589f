package io.github.satchel.trainer.embedding;

/**
 * A picture as a vector in which pictures of one kind lie together. An instance belongs to one
 * thread at a time.
 */
public interface Embedding extends AutoCloseable {

  /** How many numbers a vector has. */
  int dimensions();

  /**
   * The vector of a picture.
   *
   * @param picture a JPEG or PNG of any size, as a file holds it
   * @throws UnreadablePictureException if it cannot be decoded
   */
  float[] embed(byte[] picture) throws UnreadablePictureException;

  @Override
  void close();
}
