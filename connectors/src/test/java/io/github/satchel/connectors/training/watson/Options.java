package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.operator.RetryPolicy;
import io.github.satchel.connectors.training.transport.TransportOptions;
import io.github.satchel.connectors.training.watson.WatsonOptions.FollowOptions;
import java.time.Duration;

/** Settings for tests: short waits. */
public final class Options {

  static final int MAX_ATTEMPTS = 3;

  private Options() {}

  public static TransportOptions transport(Duration timeout) {
    return new TransportOptions(
        Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofSeconds(10), timeout, 10);
  }

  public static RetryPolicy retries() {
    return new RetryPolicy(
        MAX_ATTEMPTS, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(1));
  }

  public static WatsonOptions watson(String iamUrl) {
    return new WatsonOptions(
        iamUrl,
        "2018-03-19",
        Duration.ofMinutes(1),
        20,
        Duration.ofMinutes(15),
        new FollowOptions(
            true, Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofMinutes(30)));
  }
}
