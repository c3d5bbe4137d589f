package io.github.satchel.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PatienceTest {

  @Test
  void whoeverWaitsWithoutALimitHasThatOfAllTests() {
    AtomicLong left = new AtomicLong();

    await()
        .conditionEvaluationListener(condition -> left.set(condition.getRemainingTimeInMS()))
        .until(() -> true);

    assertThat(Duration.ofMillis(left.get()))
        .isBetween(Patience.LIMIT.minusMinutes(1), Patience.LIMIT);
  }
}
