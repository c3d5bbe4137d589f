package io.github.satchel.connectors.training.operator;

import java.io.Serializable;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How often and when to try again: exponential back-off with full jitter, as in Marc Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param maxAttempts the first one included
 * @param initialBackoff upper bound of the first wait; doubles with each attempt
 * @param maxBackoff upper bound of every wait that the service did not ask for
 * @param maxRetryAfter longest wait that the service can ask for; if it asks for more, there is no
 *     other attempt
 */
public record RetryPolicy(
    int maxAttempts, Duration initialBackoff, Duration maxBackoff, Duration maxRetryAfter)
    implements Serializable {

  /**
   * Whether there is another attempt.
   *
   * @param attempt the one that failed, the first is 1
   */
  public boolean allows(int attempt, @Nullable Duration retryAfter) {
    return attempt < maxAttempts
        && (retryAfter == null || retryAfter.compareTo(maxRetryAfter) <= 0);
  }

  /**
   * The wait after an attempt: at least what the service asked for, if that is within bounds.
   *
   * @param attempt the one that failed, the first is 1
   */
  public Duration wait(int attempt, @Nullable Duration retryAfter, RandomGenerator random) {
    long exponential = initialBackoff.toMillis() << Math.min(attempt - 1, 20);
    long bound = Math.min(exponential, maxBackoff.toMillis());
    Duration backoff = Duration.ofMillis(random.nextLong(bound + 1));
    return retryAfter == null || retryAfter.compareTo(maxRetryAfter) > 0
        ? backoff
        : retryAfter.plus(backoff);
  }
}
