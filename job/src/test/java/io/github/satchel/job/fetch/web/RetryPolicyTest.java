package io.github.satchel.job.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.fetch.source.Problems;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant FAR = NOW.plusSeconds(3_600);

  private final RetryPolicy policy =
      new RetryPolicy(4, Duration.ofMillis(500), Duration.ofSeconds(60));

  @Test
  void theBackOffDoublesAndIsHalfRandom() {
    for (int seed = 0; seed < 100; seed++) {
      assertThat(delay(1, Fault.silence(), FAR, seed).orElseThrow())
          .isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
      assertThat(delay(3, Fault.silence(), FAR, seed).orElseThrow())
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }
    assertThat(delay(1, Fault.silence(), FAR, 1)).isNotEqualTo(delay(1, Fault.silence(), FAR, 2));
  }

  @Test
  void theLastAttemptIsTheLast() {
    assertThat(delay(4, Fault.silence(), FAR, 0)).isEmpty();
  }

  @Test
  void whatCannotPassIsNotTriedAgain() {
    assertThat(delay(1, Fault.lasting(Problems.unsupported()), FAR, 0)).isEmpty();
    assertThat(delay(1, Fault.slowness(), FAR, 0)).isEmpty();
  }

  @Test
  void thePauseThatTheHostAsksForIsKept() {
    assertThat(delay(1, throttled(Duration.ofSeconds(7)), FAR, 0)).contains(Duration.ofSeconds(7));
  }

  @Test
  void anExcessivePauseIsCut() {
    assertThat(delay(1, throttled(Duration.ofDays(1)), FAR, 0)).contains(Duration.ofSeconds(60));
  }

  @Test
  void nothingIsTriedAfterTheDeadline() {
    Instant deadline = NOW.plusSeconds(5);
    assertThat(delay(1, throttled(Duration.ofSeconds(5)), deadline, 0)).isEmpty();
    assertThat(delay(1, throttled(Duration.ofSeconds(4)), deadline, 0)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "120, 120",
    "' 3 ', 3",
    "'Sun, 01 Mar 2026 12:00:30 GMT', 30",
    "'Sun, 01 Mar 2026 11:00:00 GMT', 0",
  })
  void retryAfterIsReadInSecondsAndAsADate(String header, long seconds) {
    assertThat(RetryPolicy.parseRetryAfter(header, NOW)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({"soon", "-1", "1.5", "99999999999999999999", "'Sun, 99 Mar'", "''", ","})
  void retryAfterThatCannotBeReadSaysNothing(@Nullable String header) {
    assertThat(RetryPolicy.parseRetryAfter(header, NOW)).isNull();
  }

  private Optional<Duration> delay(int attempts, Fault fault, Instant deadline, long seed) {
    return policy.delay(attempts, fault, NOW, deadline, new Random(seed));
  }

  private static Fault throttled(Duration pause) {
    return Fault.throttled(Problems.throttled("example.org"), pause);
  }
}
