package io.github.satchel.connectors.watson;

import java.time.Duration;

/** Settings for tests: short waits. */
final class Options {

  static final int MAX_ATTEMPTS = 3;

  private Options() {}

  static WatsonOptions quick(String iamUrl, Duration uploadTimeout, boolean keepArchives) {
    return new WatsonOptions(
        iamUrl,
        "2018-03-19",
        2,
        10,
        Duration.ofSeconds(2),
        Duration.ofSeconds(30),
        uploadTimeout,
        new RetryPolicy(
            MAX_ATTEMPTS, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(1)),
        keepArchives);
  }
}
