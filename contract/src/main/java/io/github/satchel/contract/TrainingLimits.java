package io.github.satchel.contract;

/**
 * What training services take, after the documents of Watson Visual Recognition v3, and what pupils
 * read when it is not kept.
 */
public final class TrainingLimits {

  /** Fewest images of a label. */
  public static final int MIN_IMAGES = 10;

  /** Most images of a label. */
  public static final int MAX_IMAGES = 10_000;

  /** Most bytes of one archive. */
  public static final long MAX_ARCHIVE_BYTES = 100_000_000;

  /** Most bytes of all archives of a request. */
  public static final long MAX_REQUEST_BYTES = 256_000_000;

  public static final String BAD_LABEL =
      "A label has 1 to 30 characters that are not all spaces, none of them $ * - { } \\ | / ' \" ` [ ],"
          + " and is not . or ..";
  public static final String TOO_FEW_IMAGES = "Not enough images to train the classifier";
  public static final String TOO_MANY_IMAGES = "Number of images exceeds maximum (10000)";
  public static final String TOO_LARGE = "Training data exceeds maximum limit (100 mb)";

  private TrainingLimits() {}
}
