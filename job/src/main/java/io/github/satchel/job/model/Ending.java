package io.github.satchel.job.model;

import org.jspecify.annotations.Nullable;

/**
 * That a window has closed and its request is being decided; public for the POJO serializer.
 *
 * @param at processing time at which it closed, in milliseconds
 * @param refusal of a request that is {@link Cause#REFUSED}
 */
public record Ending(Cause cause, long at, @Nullable Refusal refusal) {

  public Ending(Cause cause, long at) {
    this(cause, at, null);
  }

  /** Why a window closes. */
  public enum Cause {
    /** All images are known, or those that are leave no way to succeed. */
    IMAGES,
    /** The time was up. */
    DEADLINE,
    /** A newer request of the same project took its place. */
    SUPERSEDED,
    /** Whoever sent it does not want it any more. */
    CANCELLED,
    /** It is over a quota, and was never served. */
    REFUSED,
    /** It is to be forgotten. */
    FORGOTTEN
  }
}
