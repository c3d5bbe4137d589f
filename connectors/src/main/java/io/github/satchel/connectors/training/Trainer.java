package io.github.satchel.connectors.training;

import io.github.satchel.connectors.training.Work.Later;
import java.io.Closeable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How archives become a classifier at one kind of service. Thread-safe, blocking. */
interface Trainer extends Closeable {

  /**
   * What a step of later work came to.
   *
   * @param next what is still to do; empty if the work is done
   * @param event what is to be told
   */
  record Step(Optional<Later> next, Optional<TrainingEvent> event) {

    static Step next(Later later) {
      return new Step(Optional.of(later), Optional.empty());
    }

    static Step done() {
      return new Step(Optional.empty(), Optional.empty());
    }

    static Step done(TrainingEvent event) {
      return new Step(Optional.empty(), Optional.of(event));
    }
  }

  /**
   * Delivers the archives of a training, or finds that an earlier attempt did.
   *
   * @throws UploadException if that failed; with a verdict that is particular to credentials if
   *     none of them would do, and the attempt's rejections say why
   */
  Classifier deliver(Attempt attempt) throws UploadException, InterruptedException;

  /** What is to be done once an outcome is told. */
  List<Later> after(TrainingEvent outcome, Instant now);

  /** Goes on with later work. */
  Step advance(Later work, Instant now) throws InterruptedException;

  /** Breaks off what is under way. */
  @Override
  void close();
}
