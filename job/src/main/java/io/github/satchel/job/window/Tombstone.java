package io.github.satchel.job.window;

/**
 * What stays of a request after its end; public for the POJO serializer.
 *
 * @param forgetAt processing time at which it goes too, in milliseconds
 * @param keepArchives whether the archives outlive it
 * @param removals how often it was tried to remove what the store holds of the request
 * @param after the checkpoint before the request's end: later ones have the tombstone
 * @param http whether its archives went to an endpoint
 * @param forgotten whether nothing of it is told any more
 */
public record Tombstone(
    long forgetAt,
    boolean keepArchives,
    int removals,
    long after,
    boolean http,
    boolean forgotten) {

  /** The same, with another time at which it goes. */
  Tombstone until(long time) {
    return new Tombstone(time, keepArchives, removals, after, http, forgotten);
  }

  /** After an attempt to remove what the store holds. */
  Tombstone tried(long next) {
    return new Tombstone(next, keepArchives, removals + 1, after, http, forgotten);
  }

  /** The same of a request that is forgotten. */
  Tombstone asForgotten() {
    return new Tombstone(forgetAt, keepArchives, removals, after, http, true);
  }
}
