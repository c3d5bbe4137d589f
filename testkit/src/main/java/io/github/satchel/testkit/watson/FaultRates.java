package io.github.satchel.testkit.watson;

import java.time.Duration;

/**
 * What goes wrong by chance: shares from 0 to 1 of all calls, those for tokens included. A call
 * meets one fault at most.
 *
 * @param lose calls that act and whose answer is lost, in any of the ways answers get lost
 * @param delay calls that act, or are answered, up to {@code delayTime} late
 * @param error calls that do not act and answer 500, 502, 503, 429 or 200 with an error object
 * @param fail trainings that end as {@code failed}
 * @param seed what chance depends on, and the order in which calls arrive
 */
public record FaultRates(
    double lose, double delay, double error, double fail, Duration delayTime, long seed) {
  public static final FaultRates NONE = new FaultRates(0, 0, 0, 0, Duration.ZERO, 0);

  public FaultRates {
    requireShare("lose", lose);
    requireShare("delay", delay);
    requireShare("error", error);
    requireShare("lose, delay and error together", lose + delay + error);
    requireShare("fail", fail);
  }

  private static void requireShare(String what, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(what + " must be from 0 to 1, not " + share);
    }
  }
}
