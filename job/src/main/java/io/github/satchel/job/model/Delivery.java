package io.github.satchel.job.model;

import java.util.List;

/**
 * Where the archives of a request go.
 *
 * @param credentials names of the credentials to try, in this order; empty unless {@link
 *     Kind#WATSON}
 * @param replaces ids of the classifiers that the new one takes the place of
 */
public record Delivery(Kind kind, List<String> credentials, List<String> replaces) {

  /** The kinds of receiver. */
  public enum Kind {
    /** A service that speaks the API of Watson Visual Recognition v3. */
    WATSON,
    /** Nobody: the archives stay where they were built. */
    STORE
  }
}
