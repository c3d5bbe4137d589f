package io.github.satchel.contract;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where the archives of a request go.
 *
 * @param credentials names of the credentials to try, in this order; of the endpoint, alone, for
 *     {@link Kind#HTTP}; empty for {@link Kind#STORE}
 * @param replaces ids of the classifiers that the new one takes the place of
 * @param encryptedCredentials those of the credentials that the request brings along, as compact
 *     JWE by name; state of versions that knew none has none
 * @param layout of the archives, always {@link ArchiveLayout#ZIP_PER_LABEL} for {@link
 *     Kind#WATSON}; state of versions that knew one only has none
 */
public record Delivery(
    Kind kind,
    List<String> credentials,
    List<String> replaces,
    Map<String, String> encryptedCredentials,
    ArchiveLayout layout) {

  public Delivery {
    encryptedCredentials = Objects.requireNonNullElse(encryptedCredentials, Map.of());
    layout = Objects.requireNonNullElse(layout, ArchiveLayout.ZIP_PER_LABEL);
  }

  /** A delivery of a zip for each label whose credentials are all configured at the job. */
  public Delivery(Kind kind, List<String> credentials, List<String> replaces) {
    this(kind, credentials, replaces, Map.of(), ArchiveLayout.ZIP_PER_LABEL);
  }

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
