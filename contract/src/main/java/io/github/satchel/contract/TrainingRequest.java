package io.github.satchel.contract;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A valid request.
 *
 * @param classId the class, or another group, that the pupil is of, if the request says
 * @param userId the pupil, if the request says
 * @param labels those that hold images, in the order of the request
 * @param deadlineSeconds seconds from accepting the request to its archives; 0 for the default
 * @param receivedAt time stamp of the request's Kafka record
 */
public record TrainingRequest(
    String requestId,
    String projectId,
    @Nullable String classId,
    @Nullable String userId,
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

  /** What can be served and is probably a mistake: the same picture under several labels. */
  List<Failure> warnings() {
    Map<String, String> labelOf = new HashMap<>();
    List<Failure> warnings = new ArrayList<>();
    for (Label label : labels) {
      for (ImageLocation image : label.images()) {
        String first = labelOf.putIfAbsent(image.address(), label.name());
        if (first != null && !first.equals(label.name())) {
          warnings.add(
              Failure.ofImage(
                  FailureCode.IMAGE_UNDER_SEVERAL_LABELS,
                  "This picture is also under the label " + first,
                  label.name(),
                  image));
        }
      }
    }
    return warnings;
  }
}
