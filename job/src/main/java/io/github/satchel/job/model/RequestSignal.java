package io.github.satchel.job.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a request's window is told about the request itself: that it is being served, or that it
 * need not be any more.
 *
 * @param admitted the request; null just when it is superseded
 * @param supersededBy id of the newer request of the same project; null just when this one is
 *     admitted
 */
public record RequestSignal(
    String requestId, @Nullable AdmittedRequest admitted, @Nullable String supersededBy) {

  /** The request is being served, or, to a window that knows it, was asked for again. */
  public static RequestSignal admitted(AdmittedRequest admitted) {
    return new RequestSignal(admitted.request().requestId(), admitted, null);
  }

  /** A newer request takes the place of this one. */
  public static RequestSignal superseded(String requestId, String by) {
    return new RequestSignal(requestId, null, Objects.requireNonNull(by));
  }
}
