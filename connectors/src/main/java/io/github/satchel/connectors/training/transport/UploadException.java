package io.github.satchel.connectors.training.transport;

import io.github.satchel.connectors.training.TrainingError;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A step of an upload that failed for a reason outside this programme. Becomes an event. */
public final class UploadException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Verdict verdict;
  private final @Nullable Duration retryAfter;

  /**
   * @param message for people, without secrets
   */
  public UploadException(Verdict verdict, String message) {
    this(verdict, message, null);
  }

  /**
   * @param retryAfter how long the service asked to wait
   */
  public UploadException(Verdict verdict, String message, @Nullable Duration retryAfter) {
    super(message);
    this.verdict = verdict;
    this.retryAfter = retryAfter;
  }

  /** The same failure, understood otherwise. */
  public UploadException as(Verdict other) {
    return new UploadException(other, reason(), retryAfter);
  }

  public Verdict verdict() {
    return verdict;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** Never null, unlike {@link #getMessage}. */
  public String reason() {
    return String.valueOf(getMessage());
  }

  /** What the training's event says. */
  public TrainingError error() {
    return switch (verdict) {
      case REFUSED, TOO_LARGE ->
          new TrainingError(
              TrainingError.UPLOAD_REFUSED,
              "The service refused the training data (%s). Change the examples."
                  .formatted(reason()));
      case UNAVAILABLE ->
          new TrainingError(
              TrainingError.UPLOAD_FAILED,
              "The upload did not succeed (%s). Train again later.".formatted(reason()));
      default ->
          new TrainingError(
              TrainingError.UPLOAD_FAILED, "The upload failed: %s.".formatted(reason()));
    };
  }
}
