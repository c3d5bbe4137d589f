package io.github.satchel.job.model;

import java.util.List;

/**
 * A request whose archives are built and wait to be handed over.
 *
 * @param directory that holds the archives, unless they travel with this, and the journals of the
 *     request
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

  /** The same with other archives. */
  public PackedRequest withArchives(List<Archive> others) {
    return new PackedRequest(
        requestId, projectId, name, deliverTo, directory, images, others, failures);
  }

  /** What later events and steps need once the outcome is told. */
  public PackedRequest remainder() {
    return new PackedRequest(
        requestId, projectId, name, deliverTo, directory, images, List.of(), List.of());
  }
}
