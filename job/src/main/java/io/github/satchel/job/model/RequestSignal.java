package io.github.satchel.job.model;

import org.jspecify.annotations.Nullable;

/**
 * What a request's window is told about the request itself: that it is being served, that it is
 * not, that it need not be any more, that it is to be forgotten, that its outcome is told, or, with
 * none of these, that it was sent once more.
 *
 * @param admitted the request, if it is new and served
 * @param ending why it ends, if it need not be served any more
 * @param refusal why it is not served, if it is not
 * @param forget on whose behalf it is forgotten, if it is to be
 * @param ended whether its outcome is told
 */
public record RequestSignal(
    String requestId,
    @Nullable AdmittedRequest admitted,
    Ending.@Nullable Cause ending,
    @Nullable Refusal refusal,
    @Nullable Forget forget,
    boolean ended) {

  /** The request is being served. */
  public static RequestSignal admitted(AdmittedRequest admitted) {
    return new RequestSignal(admitted.request().requestId(), admitted, null, null, null, false);
  }

  /** The request is not served. */
  public static RequestSignal refused(String requestId, Refusal refusal) {
    return new RequestSignal(requestId, null, null, refusal, null, false);
  }

  /** A request that was admitted before was sent once more. */
  public static RequestSignal repeated(String requestId) {
    return new RequestSignal(requestId, null, null, null, null, false);
  }

  /** A newer request takes the place of this one. */
  public static RequestSignal superseded(String requestId) {
    return new RequestSignal(requestId, null, Ending.Cause.SUPERSEDED, null, null, false);
  }

  /** Whoever sent the request does not want it any more. */
  public static RequestSignal cancelled(String requestId) {
    return new RequestSignal(requestId, null, Ending.Cause.CANCELLED, null, null, false);
  }

  /** The request is to be forgotten. */
  public static RequestSignal forgotten(String requestId, Forget forget) {
    return new RequestSignal(requestId, null, null, null, forget, false);
  }

  /** The topic of events has an outcome of the request. */
  public static RequestSignal ended(String requestId) {
    return new RequestSignal(requestId, null, null, null, null, true);
  }
}
