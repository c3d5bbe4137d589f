package io.github.satchel.job.dispatch;

import java.time.Instant;

/**
 * A request that has not ended yet; public for the POJO serializer.
 *
 * @param order place in the order of arrival within its project
 * @param images how many it has
 * @param pictures how many different ones these are: each is sent once
 * @param sent how many pictures were sent so far: the first ones
 * @param acknowledged how many of these came out at the other end, as far as is known
 * @param window how many may be on their way at once
 */
public record Running(
    long order,
    Instant deadline,
    int images,
    int pictures,
    int sent,
    int acknowledged,
    int window) {

  boolean isSent() {
    return sent == pictures;
  }

  /** Pictures on their way. */
  int inFlight() {
    return sent - acknowledged;
  }

  Running plusSent(int more) {
    return new Running(order, deadline, images, pictures, sent + more, acknowledged, window);
  }

  boolean hasRoomFor(int more) {
    return inFlight() + more <= window;
  }

  /**
   * The same after an acknowledgement. The window becomes twice what was acknowledged since the one
   * before: so it doubles for as long as all of it comes back in time, and follows the rate of the
   * stages behind, as BBR's congestion window follows twice the measured bandwidth (N. Cardwell et
   * al., "BBR: Congestion-Based Congestion Control", ACM Queue 14, 2016).
   *
   * @param count of all pictures of the request
   * @param least what the window never falls below
   */
  Running acknowledge(int count, int least) {
    return new Running(
        order,
        deadline,
        images,
        pictures,
        sent,
        count,
        Math.max(least, 2 * (count - acknowledged)));
  }

  /** About how many pictures so many images are. */
  int picturesOf(int known) {
    return (int) ((long) known * pictures / images);
  }
}
