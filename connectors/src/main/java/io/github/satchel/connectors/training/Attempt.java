package io.github.satchel.connectors.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One training on its way to an outcome, with what was met so far. Used by one thread. */
final class Attempt {

  private final Training training;
  private final Optional<JournalEntry> earlier;
  private final UploadProgress progress;
  private final Rejections rejections = new Rejections();
  private final List<String> deletedFirst = new ArrayList<>();

  /**
   * @param earlier the journal of an attempt that did not get to know what became of its create
   */
  Attempt(Training training, Optional<JournalEntry> earlier, UploadProgress progress) {
    this.training = training;
    this.earlier = earlier;
    this.progress = progress;
    earlier.ifPresent(
        entry -> {
          deletedFirst.addAll(entry.upload().deletedFirst());
          entry.upload().rejectedCredentials().forEach(rejections::add);
        });
  }

  Training training() {
    return training;
  }

  Optional<JournalEntry> earlier() {
    return earlier;
  }

  UploadProgress progress() {
    return progress;
  }

  Rejections rejections() {
    return rejections;
  }

  /** What was met so far, for events and the journal. */
  TrainingEvent.Upload upload() {
    return new TrainingEvent.Upload(rejections.rejected(), List.copyOf(deletedFirst), 0);
  }

  /** Ids of the classifiers deleted to make room. */
  List<String> deletedFirst() {
    return deletedFirst;
  }
}
