package io.github.satchel.contract;

import java.time.Instant;
import java.util.List;

/**
 * A valid request. Fields that the job itself has no use for (class and user) are not kept.
 *
 * @param labels those that hold images, in the order of the request
 * @param deadlineSeconds seconds from accepting the request to its archives; 0 for the default
 * @param receivedAt time stamp of the request's Kafka record
 */
public record TrainingRequest(
    String requestId,
    String projectId,
    String name,
    List<Label> labels,
    Delivery deliverTo,
    ImageFailurePolicy onImageFailure,
    int deadlineSeconds,
    OutputFormat format,
    Instant receivedAt) {

  /** Number of images over all labels. */
  public int images() {
    return labels.stream().mapToInt(label -> label.images().size()).sum();
  }
}
