package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.credentials.Accounts;
import io.github.satchel.connectors.training.operator.JournalEntry.Conclusion;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.operator.Trainer.Step;
import io.github.satchel.connectors.training.operator.TrainingFiles;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.watson.WatsonClient.Details;
import io.github.satchel.connectors.training.watson.WatsonOptions.FollowOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the status of classifiers until their training has ended. Thread-safe.
 *
 * <p>What is heard in the end is written beside the training's journal before it is told, so that
 * it is told the same way after a crash. A classifier that is gone was deleted by somebody; as one
 * that was deleted while it trained can come back, and one that was just created can be late to
 * show, it is given up after three misses in a row.
 */
final class ClassifierFollower {

  private static final Logger LOG = LoggerFactory.getLogger(ClassifierFollower.class);
  private static final int MAX_MISSES = 3;

  private final WatsonClient client;
  private final Accounts accounts;
  private final Retrier retrier;
  private final FollowOptions options;
  private final TrainingMetrics metrics;
  private final Clock clock;

  ClassifierFollower(
      WatsonClient client,
      Accounts accounts,
      Retrier retrier,
      FollowOptions options,
      TrainingMetrics metrics,
      Clock clock) {
    this.client = client;
    this.accounts = accounts;
    this.retrier = retrier;
    this.options = options;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Asks once.
   *
   * @param created what the training created
   */
  Step check(Training training, Classifier created, FollowUp work, Instant now)
      throws InterruptedException {
    return new Check(training, created, work, now).step();
  }

  /** One question. */
  private final class Check {

    private final Training training;
    private final Classifier created;
    private final FollowUp work;
    private final Instant now;

    Check(Training training, Classifier created, FollowUp work, Instant now) {
      this.training = training;
      this.created = created;
      this.work = work;
      this.now = now;
    }

    Step step() throws InterruptedException {
      Optional<Details> details;
      try {
        Account account = accounts.find(training, created.credentials());
        details = client.classifier(account, created.id());
      } catch (UploadException failure) {
        LOG.debug("Training {}: no status, {}", training.id(), failure.reason());
        Duration asked = failure.retryAfter();
        return again(work.misses(), failure.reason(), asked == null ? Duration.ZERO : asked);
      }
      if (details.isEmpty()) {
        int misses = work.misses() + 1;
        return misses < MAX_MISSES
            ? again(misses, "it was not there", Duration.ZERO)
            : unknown("it is no longer there");
      }
      String status = details.get().classifier().status();
      return switch (status) {
        case "ready" -> conclude(Kind.READY, status, null);
        case "failed" ->
            conclude(
                Kind.TRAINING_FAILED,
                status,
                new TrainingError(
                    TrainingError.TRAINING_FAILED,
                    "The service could not train the classifier (%s). Change the examples."
                        .formatted(explanation(details.get()))));
        default -> again(0, "it was still " + status + " after that time", Duration.ZERO);
      };
    }

    private Step again(int misses, String otherwise, Duration atLeast) throws InterruptedException {
      Instant limit = work.since().plus(options.limit());
      if (!now.isBefore(limit)) {
        return unknown(otherwise);
      }
      Duration interval = options.interval(work.attempts() + 1);
      Instant next = now.plus(interval.compareTo(atLeast) < 0 ? atLeast : interval);
      return Step.next(work.again(next.isBefore(limit) ? next : limit, misses));
    }

    private Step unknown(String reason) throws InterruptedException {
      return conclude(
          Kind.TRAINING_UNKNOWN,
          created.status(),
          new TrainingError(
              TrainingError.TRAINING_UNKNOWN,
              "What became of the classifier is not known (%s).".formatted(reason)));
    }

    /** Tells what was heard before, or else this. */
    private Step conclude(Kind kind, String status, @Nullable TrainingError error)
        throws InterruptedException {
      Conclusion conclusion = new Conclusion(kind, status, error, clock.instant());
      try {
        Conclusion now = conclusion;
        Optional<Conclusion> earlier =
            retrier.retrying(() -> TrainingFiles.readConclusion(training));
        if (earlier.isPresent()) {
          conclusion = earlier.get();
        } else {
          retrier.retrying(() -> TrainingFiles.writeConclusion(training, now));
        }
      } catch (UploadException unwritable) {
        // It holds all the same, but a restart may tell it with another time.
        LOG.warn("Training {}: {}", training.id(), unwritable.reason());
      }
      LOG.info("Training {}: {}", training.id(), conclusion);
      metrics.inc(
          switch (conclusion.kind()) {
            case READY -> TrainingCounter.CLASSIFIERS_READY;
            case TRAINING_FAILED -> TrainingCounter.TRAININGS_FAILED;
            default -> TrainingCounter.TRAININGS_UNKNOWN;
          });
      return Step.done(event(conclusion));
    }

    private TrainingEvent event(Conclusion conclusion) {
      return new TrainingEvent(
          training,
          conclusion.kind(),
          conclusion.at(),
          new Classifier(
              created.id(),
              created.name(),
              conclusion.status(),
              created.created(),
              created.url(),
              created.credentials()),
          conclusion.error(),
          TrainingEvent.Upload.NONE);
    }
  }

  private static String explanation(Details details) {
    return details.explanation().isEmpty() ? "it does not say why" : details.explanation();
  }
}
