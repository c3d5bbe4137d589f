package io.github.satchel.job.model;

/**
 * That a window has closed and its request is being decided; public for the POJO serializer.
 *
 * @param at processing time at which it closed, in milliseconds
 */
public record Ending(Cause cause, long at) {

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
    /** It is to be forgotten. */
    FORGOTTEN
  }
}
