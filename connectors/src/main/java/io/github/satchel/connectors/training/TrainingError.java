package io.github.satchel.connectors.training;

/**
 * Why a training failed.
 *
 * @param code one of the constants here
 * @param message for people: names credentials, never keys, and says what can be done
 */
public record TrainingError(String code, String message) {

  /** The service accepted none of the keys. */
  public static final String CREDENTIALS_REJECTED = "credentials-rejected";

  /** The plan behind at least one key is full, and no other key would do. */
  public static final String CREDENTIALS_EXHAUSTED = "credentials-exhausted";

  /** At least one key is over its rate limit, and no other key would do. */
  public static final String RATE_LIMITED = "rate-limited";

  /** The service does not want this training data. */
  public static final String UPLOAD_REFUSED = "upload-refused";

  /** Anything else: the service or the archives could not be reached, or made no sense. */
  public static final String UPLOAD_FAILED = "upload-failed";

  /** The service could not learn from the examples. */
  public static final String TRAINING_FAILED = "training-failed";

  /** A training was withdrawn, and its classifier could not be deleted. */
  public static final String DELETION_FAILED = "deletion-failed";

  /** The service did not say in time what became of the classifier. */
  public static final String TRAINING_UNKNOWN = "training-unknown";
}
