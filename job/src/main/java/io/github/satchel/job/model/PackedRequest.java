package io.github.satchel.job.model;

import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.ImageCounts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request whose archives are built and wait to be handed over.
 *
 * @param directory that holds the archives, unless they travel with this, and the journals of the
 *     request
 * @param failures images that were skipped
 * @param forget on whose behalf the request is forgotten; nothing else but its id is there then
 */
public record PackedRequest(
    String requestId,
    String projectId,
    String name,
    Delivery deliverTo,
    String directory,
    ImageCounts images,
    List<PackedArchive> archives,
    List<Failure> failures,
    @Nullable Forget forget) {

  /** The file in the directory that says how the request was decided. */
  public static final String DECISION = "decision.json";

  /** A request that is handed over. */
  public PackedRequest(
      String requestId,
      String projectId,
      String name,
      Delivery deliverTo,
      String directory,
      ImageCounts images,
      List<PackedArchive> archives,
      List<Failure> failures) {
    this(requestId, projectId, name, deliverTo, directory, images, archives, failures, null);
  }

  /** Has the training of a request undone. */
  public static PackedRequest withdrawal(String requestId, Forget forget) {
    return new PackedRequest(
        requestId,
        "",
        "",
        new Delivery(Delivery.Kind.STORE, List.of(), List.of()),
        "",
        new ImageCounts(0, 0, 0),
        List.of(),
        List.of(),
        forget);
  }

  /** Bytes of archives that are in memory. */
  public long heldBytes() {
    return archives.stream().mapToLong(PackedArchive::heldBytes).sum();
  }

  /** The same with other archives. */
  public PackedRequest withArchives(List<PackedArchive> others) {
    return new PackedRequest(
        requestId, projectId, name, deliverTo, directory, images, others, failures);
  }

  /** What later events and steps need once the outcome is told. */
  public PackedRequest remainder() {
    return new PackedRequest(
        requestId, projectId, name, deliverTo, directory, images, List.of(), List.of());
  }
}
