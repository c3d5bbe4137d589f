package io.github.satchel.job.window;

import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingLimits;
import io.github.satchel.job.model.AdmittedRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a window needs to know of its request at each image, as the request itself may have
 * megabytes; public for the POJO serializer.
 *
 * @param labels in the order of the request
 * @param deadline processing time at which the request ends, in milliseconds
 */
public record Admission(
    String projectId, ImageFailurePolicy onImageFailure, List<LabelSize> labels, long deadline) {

  /** A label, and how many images it asks for; public for the POJO serializer. */
  public record LabelSize(String name, int images) {}

  static Admission of(AdmittedRequest admitted) {
    return new Admission(
        admitted.request().projectId(),
        admitted.request().onImageFailure(),
        admitted.request().labels().stream()
            .map(label -> new LabelSize(label.name(), label.images().size()))
            .toList(),
        admitted.deadline().toEpochMilli());
  }

  /** Number of images over all labels. */
  int images() {
    return labels.stream().mapToInt(LabelSize::images).sum();
  }

  /** The labels that no further image can save; empty while the request can still succeed. */
  List<Failure> lost(Tally tally) {
    List<Failure> lost = new ArrayList<>();
    for (LabelSize label : labels) {
      LabelTally counted = tally.label(label.name());
      if (onImageFailure == ImageFailurePolicy.SKIP
          && label.images() - counted.failed() < TrainingLimits.MIN_IMAGES) {
        lost.add(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_FEW_IMAGES, TrainingLimits.TOO_FEW_IMAGES, label.name()));
      }
      if (counted.bytes() > TrainingLimits.MAX_ARCHIVE_BYTES) {
        lost.add(tooLarge(label.name()));
      }
    }
    if (lost.isEmpty() && tally.bytes() > TrainingLimits.MAX_REQUEST_BYTES) {
      lost.add(tooLarge(tally.largest()));
    }
    return lost;
  }

  private static Failure tooLarge(String label) {
    return Failure.ofLabel(FailureCode.ARCHIVE_TOO_LARGE, TrainingLimits.TOO_LARGE, label);
  }
}
