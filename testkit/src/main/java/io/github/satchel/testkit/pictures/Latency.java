package io.github.satchel.testkit.pictures;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How long the site takes to answer: always {@code fixed}, and up to {@code jitter} more, evenly
 * spread.
 */
public record Latency(Duration fixed, Duration jitter) {
  public static final Latency NONE = new Latency(Duration.ZERO, Duration.ZERO);

  /** The delay of the picture with this number, always the same for the same seed. */
  Duration of(long seed, long n) {
    double share = new SplittableRandom(seed ^ Long.rotateLeft(n, 32)).nextDouble();
    return fixed.plusNanos((long) (share * jitter.toNanos()));
  }
}
