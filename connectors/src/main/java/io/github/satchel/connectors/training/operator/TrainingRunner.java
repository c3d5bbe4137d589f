package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.operator.JournalEntry.State;
import io.github.satchel.connectors.training.transport.UploadException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes trainings from their archives to their outcome, in blocking code on the caller's thread,
 * and keeps their journals. Thread-safe.
 */
public final class TrainingRunner {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingRunner.class);

  private final Trainer trainer;
  private final Retrier retrier;
  private final boolean keepArchives;
  private final TrainingMetrics metrics;
  private final Clock clock;

  public TrainingRunner(
      Trainer trainer,
      Retrier retrier,
      boolean keepArchives,
      TrainingMetrics metrics,
      Clock clock) {
    this.trainer = trainer;
    this.retrier = retrier;
    this.keepArchives = keepArchives;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Runs a training, or finds out that this was done before.
   *
   * @throws InterruptedException if the sink was closed; the training is as far as its journal says
   */
  public TrainingEvent run(Training training, LongConsumer progress) throws InterruptedException {
    Optional<JournalEntry> earlier;
    try {
      earlier = retrier.retrying(() -> TrainingFiles.readJournal(training));
    } catch (UploadException unreadable) {
      // What the journal says is not known, so it must not be overwritten either.
      return outcome(
          training, failed(new Attempt(training, Optional.empty(), progress), unreadable));
    }
    if (earlier.isPresent() && earlier.get().state() == State.COMPLETED) {
      LOG.info("Training {} has already ended; repeating its outcome", training.id());
      metrics.inc(TrainingCounter.OUTCOMES_REPLAYED);
      return finish(training, earlier.get());
    }
    Attempt attempt = new Attempt(training, earlier, progress);
    JournalEntry end;
    try {
      Classifier classifier = trainer.deliver(attempt);
      end = JournalEntry.uploaded(classifier, attempt.upload(), clock.instant());
    } catch (UploadException failure) {
      end = failed(attempt, failure);
    }
    try {
      JournalEntry last = end;
      retrier.retrying(() -> TrainingFiles.writeJournal(training, last));
    } catch (UploadException unwritable) {
      // The outcome holds all the same, but a restart would have to find it out again.
      LOG.warn("Training {}: {}", training.id(), unwritable.reason());
      return outcome(training, end);
    }
    return finish(training, end);
  }

  /** The end of a training that failed, unless it failed because the sink was closed. */
  private JournalEntry failed(Attempt attempt, UploadException failure)
      throws InterruptedException {
    if (retrier.isClosed()) {
      throw new InterruptedException("The sink is closed");
    }
    TrainingError error =
        failure.verdict().isParticularToCredentials()
            ? attempt.rejections().error()
            : failure.error();
    List<String> deleted = attempt.deletedFirst();
    if (!deleted.isEmpty()) {
      error =
          new TrainingError(
              error.code(),
              "%s To make room, %s had been deleted."
                  .formatted(error.message(), String.join(", ", deleted)));
    }
    return JournalEntry.failed(error, attempt.upload(), clock.instant());
  }

  /** To be called once the journal holds the end: a restart needs the archives no more. */
  private TrainingEvent finish(Training training, JournalEntry end) {
    if (end.classifier() != null && !keepArchives) {
      TrainingFiles.deleteArchives(training);
    }
    return outcome(training, end);
  }

  private static TrainingEvent outcome(Training training, JournalEntry end) {
    return new TrainingEvent(
        training,
        end.classifier() == null ? Kind.FAILED : Kind.UPLOADED,
        Objects.requireNonNull(end.completedAt()),
        end.classifier(),
        end.error(),
        end.upload());
  }
}
