package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** One training on its way to an outcome, with what was met so far. Used by one thread. */
public final class Attempt {

  private final Training training;
  private final Optional<JournalEntry> earlier;
  private final LongConsumer progress;
  private final Rejections rejections = new Rejections();
  private final List<String> deletedFirst = new ArrayList<>();

  /**
   * @param earlier the journal of an attempt that did not get to know what became of its create
   */
  Attempt(Training training, Optional<JournalEntry> earlier, LongConsumer progress) {
    this.training = training;
    this.earlier = earlier;
    this.progress = progress;
    earlier.ifPresent(
        entry -> {
          deletedFirst.addAll(entry.upload().deletedFirst());
          entry.upload().rejectedCredentials().forEach(rejections::add);
        });
  }

  public Training training() {
    return training;
  }

  public Optional<JournalEntry> earlier() {
    return earlier;
  }

  public LongConsumer progress() {
    return progress;
  }

  public Rejections rejections() {
    return rejections;
  }

  /** What was met so far, for events and the journal. */
  public TrainingEvent.Upload upload() {
    return new TrainingEvent.Upload(rejections.rejected(), List.copyOf(deletedFirst), 0);
  }

  /** Ids of the classifiers deleted to make room. */
  public List<String> deletedFirst() {
    return deletedFirst;
  }
}
