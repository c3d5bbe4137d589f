package io.github.satchel.job.model;

import io.github.satchel.contract.Archive;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.ImageCounts;
import java.util.List;

/**
 * A request whose archives are built and wait to be handed over: a reference, not the archives.
 *
 * @param directory that holds the archives and the journals of the request
 * @param failures images that were skipped
 */
public record PackedRequest(
    String requestId,
    String projectId,
    String name,
    Delivery deliverTo,
    String directory,
    ImageCounts images,
    List<Archive> archives,
    List<Failure> failures) {

  /** The same without what nobody but the trainer has a use for. */
  public PackedRequest withoutEncryptedCredentials() {
    return new PackedRequest(
        requestId,
        projectId,
        name,
        deliverTo.withoutEncryptedCredentials(),
        directory,
        images,
        archives,
        failures);
  }
}
