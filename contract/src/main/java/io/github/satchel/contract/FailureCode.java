package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why an image, a label or a request failed: the codes of the contract. */
public enum FailureCode {
  /** The host does not exist, does not answer as HTTP, or has no such image (404, 5xx, reset). */
  IMAGE_UNREACHABLE,
  /** The host wants a login or refuses (401, 403, a login page). */
  IMAGE_FORBIDDEN,
  /** The host refuses because it was asked too often (429). */
  IMAGE_THROTTLED,
  /** The host did not answer, or not to the end, in the time a download has. */
  IMAGE_TIMEOUT,
  /** What came is not a picture that can be read. */
  IMAGE_UNSUPPORTED,
  /** More bytes than a picture may have. */
  IMAGE_TOO_LARGE,
  /** More pixels than a picture may have. */
  IMAGE_TOO_MANY_PIXELS,
  /** The address is on a network that is not fetched from. */
  IMAGE_BLOCKED_ADDRESS,
  /** The object store refused the job. */
  STORE_AUTH,
  /** The object store has no such image. */
  STORE_MISSING,
  /** A warning: the same picture is under another label, too. */
  IMAGE_UNDER_SEVERAL_LABELS,
  /** A label has fewer images than training needs. */
  LABEL_TOO_FEW_IMAGES,
  /** A label has more images than training takes. */
  LABEL_TOO_MANY_IMAGES,
  /** A label's archive, or all of them together, are larger than the service takes. */
  ARCHIVE_TOO_LARGE,
  /** The request's time was up. */
  DEADLINE,
  /** None of the credentials was accepted. */
  CREDENTIALS_REJECTED,
  /** No credentials had room for another classifier. */
  CREDENTIALS_EXHAUSTED,
  /** The service is receiving too many calls. */
  RATE_LIMITED,
  /** The service found the training data bad. */
  UPLOAD_REFUSED,
  /** The archives could not be handed over. */
  UPLOAD_FAILED,
  /** The service could not train the classifier. */
  TRAINING_FAILED,
  /** What became of the classifier was not to be learnt in time. */
  TRAINING_UNKNOWN,
  /** A newer request of the same project took its place. */
  SUPERSEDED,
  /** The user, or the class, has sent more than its quota. */
  TOO_MANY_REQUESTS,
  /** The request does not follow the contract. */
  INVALID_REQUEST,
  /** The request's project or user is being forgotten. */
  FORGOTTEN;

  private final String wire = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** The code as events carry it: {@code image-unreachable}. */
  @JsonValue
  public String wire() {
    return wire;
  }
}
