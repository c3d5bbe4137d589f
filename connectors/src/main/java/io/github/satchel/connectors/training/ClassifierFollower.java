package io.github.satchel.connectors.training;

import io.github.satchel.connectors.training.JournalEntry.Conclusion;
import io.github.satchel.connectors.training.Trainer.Step;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.WatsonClient.Details;
import io.github.satchel.connectors.training.WatsonOptions.FollowOptions;
import io.github.satchel.connectors.training.Work.Follow;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the status of classifiers until their training has ended. Thread-safe.
 *
 * <p>What is heard in the end is written into the training's journal before it is told, so that it
 * is told the same way after a crash. A classifier that is gone was deleted by somebody; as one
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

  /** Asks once. */
  Step check(Follow follow, Instant now) throws InterruptedException {
    Optional<Details> details;
    try {
      Account account = accounts.find(follow.training(), follow.classifier().credentials());
      details = client.classifier(account, follow.classifier().id());
    } catch (UploadException failure) {
      return unanswered(follow, now, failure.reason(), failure.retryAfter());
    }
    if (details.isEmpty()) {
      return missing(follow, now);
    }
    String status = details.get().classifier().status();
    return switch (status) {
      case "ready" -> conclude(follow, Kind.READY, status, null);
      case "failed" ->
          conclude(
              follow,
              Kind.TRAINING_FAILED,
              status,
              new TrainingError(
                  TrainingError.TRAINING_FAILED,
                  "The service could not train the classifier (%s). Change the examples."
                      .formatted(explanation(details.get()))));
      default ->
          again(follow, now, 0, "it was still " + status + " after that time", Duration.ZERO);
    };
  }

  private static String explanation(Details details) {
    return details.explanation().isEmpty() ? "it does not say why" : details.explanation();
  }

  private Step missing(Follow follow, Instant now) throws InterruptedException {
    int misses = follow.misses() + 1;
    return misses < MAX_MISSES
        ? again(follow, now, misses, "it was not there", Duration.ZERO)
        : unknown(follow, "it is no longer there");
  }

  private Step unanswered(Follow follow, Instant now, String reason, @Nullable Duration retryAfter)
      throws InterruptedException {
    LOG.debug("Training {}: no status, {}", follow.training().id(), reason);
    return again(
        follow, now, follow.misses(), reason, retryAfter == null ? Duration.ZERO : retryAfter);
  }

  private Step again(Follow follow, Instant now, int misses, String otherwise, Duration atLeast)
      throws InterruptedException {
    Instant limit = follow.since().plus(options.limit());
    if (!now.isBefore(limit)) {
      return unknown(follow, otherwise);
    }
    int checks = follow.checks() + 1;
    Duration interval = options.interval(checks);
    Instant next = now.plus(interval.compareTo(atLeast) < 0 ? atLeast : interval);
    return Step.next(
        new Follow(
            follow.training(),
            follow.classifier(),
            follow.since(),
            next.isBefore(limit) ? next : limit,
            checks,
            misses));
  }

  private Step unknown(Follow follow, String reason) throws InterruptedException {
    return conclude(
        follow,
        Kind.TRAINING_UNKNOWN,
        follow.classifier().status(),
        new TrainingError(
            TrainingError.TRAINING_UNKNOWN,
            "What became of the classifier is not known (%s).".formatted(reason)));
  }

  /** Tells what is in the journal already, or else this. */
  private Step conclude(Follow follow, Kind kind, String status, @Nullable TrainingError error)
      throws InterruptedException {
    Training training = follow.training();
    Conclusion conclusion = new Conclusion(kind, status, error, clock.instant());
    try {
      Optional<JournalEntry> journal =
          retrier
              .retrying(() -> TrainingFiles.readJournal(training))
              .filter(entry -> entry.classifier() != null);
      Conclusion earlier = journal.map(JournalEntry::conclusion).orElse(null);
      if (earlier != null) {
        conclusion = earlier;
      } else if (journal.isPresent()) {
        JournalEntry concluded = journal.get().with(conclusion);
        retrier.retrying(() -> TrainingFiles.writeJournal(training, concluded));
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
    return Step.done(event(follow, conclusion));
  }

  private static TrainingEvent event(Follow follow, Conclusion conclusion) {
    Classifier then = follow.classifier();
    return new TrainingEvent(
        follow.training(),
        conclusion.kind(),
        new Classifier(
            then.id(),
            then.name(),
            conclusion.status(),
            then.created(),
            then.url(),
            then.credentials()),
        conclusion.error(),
        List.of(),
        Map.of(),
        List.of(),
        0,
        conclusion.at());
  }
}
