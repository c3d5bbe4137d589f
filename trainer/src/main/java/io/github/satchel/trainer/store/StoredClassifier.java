package io.github.satchel.trainer.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A classifier as the file {@code classifier.json} has it.
 *
 * @param key the name of the key whose slot it takes
 * @param updated when its last training began
 * @param trained when its last training ended, null as long as it lasts
 * @param classes in the order of the head's; negative examples are one more class of the head
 * @param explanation why its last training failed, null unless it did
 * @param optedOut whether its examples are not kept
 * @param uploads zips that wait for training
 * @param examples of the vectors that are kept, in their order; empty when it opted out
 * @param quality of the last training that succeeded
 */
public record StoredClassifier(
    String id,
    String name,
    String key,
    Instant created,
    Instant updated,
    @Nullable Instant trained,
    List<String> classes,
    @Nullable String explanation,
    boolean optedOut,
    List<Upload> uploads,
    List<Example> examples,
    @Nullable Quality quality) {

  public StoredClassifier {
    classes = List.copyOf(classes);
    uploads = List.copyOf(uploads);
    examples = List.copyOf(examples);
  }

  /**
   * A zip that waits.
   *
   * @param className null for negative examples
   * @param file beside {@code classifier.json}
   */
  public record Upload(@Nullable String className, String file) {}

  /**
   * A picture that was trained with.
   *
   * @param className null for a negative example
   * @param picture its name in the zip
   */
  public record Example(@Nullable String className, String picture) {}

  /** {@code training}, {@code retraining}, {@code ready} or {@code failed}. */
  public String status() {
    if (trained == null) {
      return updated.equals(created) ? "training" : "retraining";
    }
    return explanation == null ? "ready" : "failed";
  }

  StoredClassifier retraining(List<String> all, List<Upload> more, Instant now) {
    return new StoredClassifier(
        id, name, key, created, now, null, all, null, optedOut, more, examples, quality);
  }

  StoredClassifier ready(List<Example> kept, Quality measured, Instant now) {
    return new StoredClassifier(
        id, name, key, created, updated, now, classes, null, optedOut, List.of(), kept, measured);
  }

  StoredClassifier failed(String reason, Instant now) {
    return new StoredClassifier(
        id, name, key, created, updated, now, classes, reason, optedOut, List.of(), examples,
        quality);
  }
}
