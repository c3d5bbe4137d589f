package io.github.satchel.job.quota;

/**
 * What is left of a {@link Limit}: a token bucket for requests and one for pictures, as J. Turner
 * describes the meter in "New Directions in Communications (or Which Way to the Information Age?)",
 * IEEE Communications Magazine 24 (10), 1986. Each holds what a minute allows and fills up evenly
 * within a minute. A request with more pictures than the bucket holds is let through a full one and
 * leaves a debt, so that it is delayed and not barred for ever. Public for the POJO serializer.
 *
 * @param at when it was so, in milliseconds
 */
public record Allowance(double requests, double pictures, long at) {

  private static final double MINUTE_MS = 60_000;

  static Allowance full(Limit limit, long at) {
    return new Allowance(limit.requests(), limit.pictures(), at);
  }

  /** The same at a later time; at an earlier one, as clocks differ, as it is. */
  Allowance at(long time, Limit limit) {
    double minutes = Math.max(0, time - at) / MINUTE_MS;
    return new Allowance(
        Math.min(limit.requests(), requests + minutes * limit.requests()),
        Math.min(limit.pictures(), pictures + minutes * limit.pictures()),
        Math.max(time, at));
  }

  /** Milliseconds until a request with so many pictures is allowed; 0 if it is now. */
  long wait(int images, Limit limit) {
    return Math.max(
        wait(1, requests, limit.requests()),
        wait(Math.min(images, limit.pictures()), pictures, limit.pictures()));
  }

  private static long wait(int wanted, double left, int aMinute) {
    return (long) Math.ceil(Math.max(0, wanted - left) / aMinute * MINUTE_MS);
  }

  Allowance minus(int images) {
    return new Allowance(requests - 1, pictures - images, at);
  }
}
