package io.github.satchel.testkit.watson;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A classifier of the emulator.
 *
 * @param keyName the name of the key whose slot it takes
 * @param created when it was created
 * @param updated when its last training began
 * @param trainedAt when its last training ends
 * @param explanation why its last training ends as {@code failed}, null if it does not
 * @param optedOut whether its examples may not be kept, so that it cannot be updated
 */
public record Classifier(
    String id,
    String name,
    String keyName,
    Instant created,
    Instant updated,
    Instant trainedAt,
    @Nullable String explanation,
    List<String> classes,
    boolean optedOut) {
  public Classifier {
    classes = List.copyOf(classes);
  }

  /** {@code training}, {@code retraining}, {@code ready} or {@code failed}. */
  public String status(Instant now) {
    if (!now.isBefore(trainedAt)) {
      return explanation == null ? "ready" : "failed";
    }
    return updated.equals(created) ? "training" : "retraining";
  }

  Classifier retrained(
      List<String> moreClasses, Instant now, Instant trained, @Nullable String failure) {
    List<String> all = Stream.concat(classes.stream(), moreClasses.stream()).distinct().toList();
    return new Classifier(id, name, keyName, created, now, trained, failure, all, optedOut);
  }
}
