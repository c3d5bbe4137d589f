package io.github.satchel.connectors.training.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

  private final RetryPolicy policy =
      new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(2));

  @Test
  void attemptsAreCounted() {
    assertThat(policy.allows(2, null)).isTrue();
    assertThat(policy.allows(3, null)).isFalse();
  }

  @Test
  void aWaitLongerThanAllowedIsNotWaitedFor() {
    assertThat(policy.allows(1, Duration.ofMinutes(2))).isTrue();
    assertThat(policy.allows(1, Duration.ofSeconds(121))).isFalse();
    assertThat(policy.wait(1, Duration.ofHours(1), new Random(1)))
        .isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void waitsAreRandomAndTheirBoundDoublesUpToTheGreatest() {
    assertThat(longest(1)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(1));
    assertThat(longest(3)).isBetween(Duration.ofMillis(3600), Duration.ofSeconds(4));
    assertThat(longest(6)).isBetween(Duration.ofSeconds(27), Duration.ofSeconds(30));
    assertThat(longest(1000)).isBetween(Duration.ofSeconds(27), Duration.ofSeconds(30));
  }

  @Test
  void theServiceIsNeverAskedAgainBeforeItWants() {
    Random random = new Random(1);
    assertThat(Stream.generate(() -> policy.wait(1, Duration.ofSeconds(5), random)).limit(100))
        .allMatch(wait -> wait.compareTo(Duration.ofSeconds(5)) >= 0)
        .allMatch(wait -> wait.compareTo(Duration.ofSeconds(6)) <= 0);
  }

  private Duration longest(int attempt) {
    Random random = new Random(1);
    return Stream.generate(() -> policy.wait(attempt, null, random))
        .limit(1000)
        .max(Duration::compareTo)
        .orElseThrow();
  }
}
