package io.github.satchel.job.dispatch;

import java.time.Instant;

/**
 * A request that has not ended yet; public for the POJO serializer.
 *
 * @param order place in the order of arrival within its project
 * @param images how many it has
 * @param sent how many were sent so far: the first ones
 * @param answered how many of these came out at the other end, as far as is known
 */
public record Running(long order, Instant deadline, int images, int sent, int answered) {

  boolean isSent() {
    return sent == images;
  }

  /** Images on their way. */
  int inFlight() {
    return sent - answered;
  }

  Running plusSent(int more) {
    return new Running(order, deadline, images, sent + more, answered);
  }

  Running withAnswered(int count) {
    return new Running(order, deadline, images, sent, count);
  }
}
