package io.github.satchel.connectors.watson;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A step of an upload that failed for a reason outside this programme. Becomes an outcome. */
final class UploadException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Verdict verdict;
  private final @Nullable Duration retryAfter;

  /**
   * @param message for people, without secrets
   */
  UploadException(Verdict verdict, String message) {
    this(verdict, message, null);
  }

  /**
   * @param retryAfter how long the service asked to wait
   */
  UploadException(Verdict verdict, String message, @Nullable Duration retryAfter) {
    super(message);
    this.verdict = verdict;
    this.retryAfter = retryAfter;
  }

  Verdict verdict() {
    return verdict;
  }

  @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** Never null, unlike {@link #getMessage}. */
  String reason() {
    return String.valueOf(getMessage());
  }
}
