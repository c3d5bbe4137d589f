package io.github.satchel.connectors.training.watson;

import java.io.Serializable;
import java.time.Duration;

/** The settings of a {@link WatsonSink} alone, checked by its builder, which describes them. */
record WatsonOptions(
    String iamUrl,
    String version,
    Duration coolDown,
    int maxCallsPerKey,
    Duration deleteAgainAfter,
    FollowOptions following)
    implements Serializable {

  /**
   * How it is found out what becomes of classifiers.
   *
   * @param enabled whether it is
   * @param initialInterval from the upload to the first check; doubles with each one
   * @param maxInterval between two checks
   * @param limit after which it is given up
   */
  record FollowOptions(
      boolean enabled, Duration initialInterval, Duration maxInterval, Duration limit)
      implements Serializable {

    /**
     * The wait before the next check: half as long again each time, so that little time passes
     * unnoticed.
     */
    Duration interval(int checks) {
      double millis = initialInterval.toMillis() * Math.pow(1.5, checks);
      return millis < maxInterval.toMillis() ? Duration.ofMillis((long) millis) : maxInterval;
    }
  }
}
