package io.github.satchel.job.window;

import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingLimits;
import io.github.satchel.job.model.AdmittedRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What is needed of a request at each of its images, as the request itself may have megabytes;
 * public for the POJO serializer.
 *
 * @param images of all labels
 * @param deadline processing time at which the request ends, in milliseconds
 */
public record Admission(
    String projectId, ImageFailurePolicy onImageFailure, int images, int labels, long deadline) {

  static Admission of(AdmittedRequest admitted) {
    return new Admission(
        admitted.request().projectId(),
        admitted.request().onImageFailure(),
        admitted.request().images(),
        admitted.request().labels().size(),
        admitted.deadline().toEpochMilli());
  }

  /** Whether no further image can save a label. */
  boolean isLost(LabelTally label) {
    return hasTooFewImages(label) || isTooLarge(label);
  }

  /** Whether all archives together are larger than a service takes. */
  boolean isTooLarge(Tally tally) {
    return archiveBytes(tally) > TrainingLimits.MAX_REQUEST_BYTES;
  }

  /** Size of all archives together if they were written now. */
  long archiveBytes(Tally tally) {
    return tally.bytes() + labels * ArchiveStore.EMPTY_ARCHIVE_BYTES;
  }

  /** The labels that no further image can save, in an order; empty if the request can succeed. */
  List<Failure> lost(List<String> names, Map<String, LabelTally> tallies, Tally tally) {
    List<Failure> lost = new ArrayList<>();
    for (String name : names) {
      LabelTally label = tallies.getOrDefault(name, LabelTally.EMPTY);
      if (hasTooFewImages(label)) {
        lost.add(
            Failure.ofLabel(FailureCode.LABEL_TOO_FEW_IMAGES, TrainingLimits.TOO_FEW_IMAGES, name));
      }
      if (isTooLarge(label)) {
        lost.add(tooLarge(name));
      }
    }
    if (lost.isEmpty() && isTooLarge(tally)) {
      lost.add(
          tooLarge(
              tallies.entrySet().stream()
                  .max(Comparator.comparingLong(label -> label.getValue().bytes()))
                  .orElseThrow()
                  .getKey()));
    }
    return lost;
  }

  private boolean hasTooFewImages(LabelTally label) {
    return onImageFailure == ImageFailurePolicy.SKIP
        && label.images() - label.failed() < TrainingLimits.MIN_IMAGES;
  }

  private static boolean isTooLarge(LabelTally label) {
    return label.bytes() > TrainingLimits.MAX_ARCHIVE_BYTES;
  }

  private static Failure tooLarge(String label) {
    return Failure.ofLabel(FailureCode.ARCHIVE_TOO_LARGE, TrainingLimits.TOO_LARGE, label);
  }
}
