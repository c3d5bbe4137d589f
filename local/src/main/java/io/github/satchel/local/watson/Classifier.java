package io.github.satchel.local.watson;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A classifier of the emulator.
 *
 * @param keyName the name of the key whose slot it takes
 * @param created when it was created
 * @param updated when its last training began
 * @param readyAt when its last training ends
 * @param optedOut whether its examples may not be kept, so that it cannot be updated
 */
public record Classifier(
    String id,
    String name,
    String keyName,
    Instant created,
    Instant updated,
    Instant readyAt,
    List<String> classes,
    boolean optedOut) {
  public Classifier {
    classes = List.copyOf(classes);
  }

  /** {@code training}, {@code retraining} or {@code ready}. */
  public String status(Instant now) {
    if (!now.isBefore(readyAt)) {
      return "ready";
    }
    return updated.equals(created) ? "training" : "retraining";
  }

  Classifier retrained(List<String> moreClasses, Instant now, Instant ready) {
    List<String> all = Stream.concat(classes.stream(), moreClasses.stream()).distinct().toList();
    return new Classifier(id, name, keyName, created, now, ready, all, optedOut);
  }
}
