package io.github.satchel.job.quota;

import io.github.satchel.job.model.AdmittedRequest;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * What a user has of the job; public for the POJO serializer.
 *
 * @param open deadlines of the requests without an outcome, in milliseconds, by request id
 */
public record Usage(Allowance allowance, Map<String, Long> open) {

  static Usage none(Limit limit, long time) {
    return new Usage(Allowance.full(limit, time), Map.of());
  }

  /** Whether it is as if the user had never come. */
  boolean isNone(Limit limit) {
    return open.isEmpty()
        && allowance.requests() == limit.requests()
        && allowance.pictures() == limit.pictures();
  }

  /**
   * The same later.
   *
   * @param sent when the request came that asks for it, in milliseconds
   * @param now when it asks: what is past its deadline is no longer open
   */
  Usage at(long sent, long now, Limit limit) {
    Map<String, Long> still = new HashMap<>(open);
    still.values().removeIf(deadline -> deadline <= now);
    return new Usage(allowance.at(sent, limit), still);
  }

  /** Milliseconds until a request with so many pictures is allowed; 0 if it is now. */
  long wait(int images, QuotaSettings settings, long now) {
    long untilOneEnds =
        open.size() < settings.userOpen() ? 0 : Collections.min(open.values()) - now;
    return Math.max(untilOneEnds, allowance.wait(images, settings.user()));
  }

  Usage plus(AdmittedRequest admitted) {
    Map<String, Long> more = new HashMap<>(open);
    more.put(admitted.request().requestId(), admitted.deadline().toEpochMilli());
    return new Usage(allowance.minus(admitted.request().images()), more);
  }

  Usage without(String requestId) {
    Map<String, Long> fewer = new HashMap<>(open);
    fewer.remove(requestId);
    return new Usage(allowance, fewer);
  }
}
