package io.github.satchel.job.model;

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
    List<Failure> failures) {}
