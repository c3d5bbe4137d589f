package io.github.satchel.job.window;

/**
 * What stays of a request after its end; public for the POJO serializer.
 *
 * @param forgetAt processing time at which it goes too, in milliseconds
 * @param keepArchives whether the archives outlive it
 * @param removals how often it was tried to remove what the store holds of the request
 * @param after the checkpoint before the request's end, or its trainer's: later ones have that
 * @param http whether its archives went to an endpoint
 * @param forgotten whether nothing of it is told any more
 * @param training whether a trainer has the request, and its outcome is not told yet
 */
public record Tombstone(
    long forgetAt,
    boolean keepArchives,
    int removals,
    long after,
    boolean http,
    boolean forgotten,
    boolean training) {

  /** Whether its outcome can be told again: of one that is being removed not all is there. */
  boolean canBeTold() {
    return !forgotten && removals == 0;
  }

  /** The same, with another time at which it goes. */
  Tombstone until(long time) {
    return new Tombstone(time, keepArchives, removals, after, http, forgotten, training);
  }

  /** After an attempt to remove what the store holds. */
  Tombstone tried(long next) {
    return new Tombstone(next, keepArchives, removals + 1, after, http, forgotten, training);
  }

  /** The same of a request that is forgotten. */
  Tombstone asForgotten() {
    return new Tombstone(forgetAt, keepArchives, removals, after, http, true, training);
  }

  /** The same of a request that goes to a trainer again, or that no trainer has any more. */
  Tombstone training(boolean has) {
    return new Tombstone(forgetAt, keepArchives, removals, after, http, forgotten, has);
  }

  /** The same of a request whose trainer is done with it, since after a checkpoint. */
  Tombstone trained(long checkpoint) {
    return new Tombstone(forgetAt, keepArchives, removals, checkpoint, http, forgotten, false);
  }
}
