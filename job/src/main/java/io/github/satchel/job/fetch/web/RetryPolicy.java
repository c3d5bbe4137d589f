package io.github.satchel.job.fetch.web;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a failed download is tried again: only after what can pass, after an exponential back-off
 * with jitter or after the pause that the host asked for, and only if that is before the deadline.
 *
 * @param maxAttempts including the first
 * @param firstDelay the back-off after the first attempt, doubled after each further one
 * @param maxRetryAfter longest pause that a host can ask for
 */
record RetryPolicy(int maxAttempts, Duration firstDelay, Duration maxRetryAfter) {

  private static final int MAX_DOUBLINGS = 16;

  /**
   * How long to wait before the next attempt.
   *
   * @param attempts how many there were
   * @return empty if there is to be none
   */
  Optional<Duration> delay(
      int attempts, Fault fault, Instant now, Instant deadline, RandomGenerator random) {
    if (attempts >= maxAttempts
        || fault.kind() == Fault.Kind.FINAL
        || fault.kind() == Fault.Kind.SLOWNESS) {
      return Optional.empty();
    }
    Duration delay = fault.retryAfter() != null ? pause(fault) : backOff(attempts, random);
    return now.plus(delay).isBefore(deadline) ? Optional.of(delay) : Optional.empty();
  }

  /** How long a host that throttles is left alone: as long as it asks, within limits. */
  Duration pause(Fault fault) {
    Duration asked = fault.retryAfter();
    if (asked == null) {
      return Duration.ZERO;
    }
    return asked.compareTo(maxRetryAfter) < 0 ? asked : maxRetryAfter;
  }

  /** Half of the delay is fixed and half random ("equal jitter"), so that it never is nothing. */
  private Duration backOff(int attempts, RandomGenerator random) {
    long full = firstDelay.toNanos() << Math.min(attempts - 1, MAX_DOUBLINGS);
    return Duration.ofNanos(full / 2 + random.nextLong(full / 2 + 1));
  }

  /**
   * Reads a Retry-After header (RFC 9110, 10.2.3): seconds, or a date.
   *
   * @return null if it says nothing, or nothing that can be read
   */
  static @Nullable Duration parseRetryAfter(@Nullable String header, Instant now) {
    if (header == null) {
      return null;
    }
    String value = header.strip();
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO;
    } catch (DateTimeException e) {
      return null;
    }
  }
}
