package io.github.satchel.job.model;

import java.util.List;

/**
 * Where the archives of a request go.
 *
 * @param credentials names of the credentials to try, in this order; of the endpoint, alone, for
 *     {@link Kind#HTTP}; empty for {@link Kind#STORE}
 * @param replaces ids of the classifiers that the new one takes the place of
 */
public record Delivery(Kind kind, List<String> credentials, List<String> replaces) {

  /** The kinds of receiver. */
  public enum Kind {
    /** A service that speaks the API of Watson Visual Recognition v3. */
    WATSON,
    /** An endpoint that archives are posted to. */
    HTTP,
    /** Nobody: the archives stay where they were built. */
    STORE
  }
}
