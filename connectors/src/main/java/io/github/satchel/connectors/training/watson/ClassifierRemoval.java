package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.credentials.Accounts;
import io.github.satchel.connectors.training.operator.Trainer.Step;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes classifiers that were replaced or withdrawn, wherever they are among given credentials. A
 * classifier that is deleted while it trains can reappear minutes later: the deletion is repeated
 * once. Thread-safe.
 */
final class ClassifierRemoval {

  private static final Logger LOG = LoggerFactory.getLogger(ClassifierRemoval.class);

  /** Of one round; the plan's owner has to look after what cannot be deleted for so long. */
  private static final Duration LIMIT = Duration.ofHours(2);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final int MAX_DOUBLINGS = 6;

  private final WatsonClient client;
  private final Accounts accounts;
  private final CredentialsPool pool;
  private final Duration againAfter;
  private final TrainingMetrics metrics;

  /**
   * @param againAfter from one deletion to its repetition
   */
  ClassifierRemoval(
      WatsonClient client,
      Accounts accounts,
      CredentialsPool pool,
      Duration againAfter,
      TrainingMetrics metrics) {
    this.client = client;
    this.accounts = accounts;
    this.pool = pool;
    this.againAfter = againAfter;
    this.metrics = metrics;
  }

  /** Tries once under all credentials of the follow-up. */
  Step remove(Training training, Classifier created, FollowUp work, Instant now)
      throws InterruptedException {
    UploadException open = null;
    UploadException rejected = null;
    for (String name : work.credentials()) {
      try {
        Account account = accounts.find(training, name);
        if (client.delete(account, work.classifierId())) {
          metrics.inc(TrainingCounter.CLASSIFIERS_DELETED);
          pool.endCoolDown(account);
          LOG.info(
              "Training {}: classifier {} is deleted, credentials {}",
              training.id(),
              work.classifierId(),
              name);
          return finished(training, created, work, List.of(name), now);
        }
      } catch (UploadException failure) {
        if (failure.verdict() == Verdict.CREDENTIALS_REJECTED) {
          rejected = failure;
        } else {
          open = failure;
        }
      }
    }
    if (work.kind() == FollowUp.Kind.WITHDRAWAL && rejected != null) {
      open = rejected; // what cannot be looked at is not known to be gone
    }
    return open == null
        ? finished(training, null, work, work.credentials(), now)
        : retry(training, created, work, open, now);
  }

  private Step finished(
      Training training,
      @Nullable Classifier deleted,
      FollowUp work,
      List<String> credentials,
      Instant now) {
    return work.kind() == FollowUp.Kind.SECOND_DELETION
        ? Step.DONE
        : new Step(
            FollowUp.at(
                FollowUp.Kind.SECOND_DELETION,
                work.classifierId(),
                credentials,
                now.plus(againAfter)),
            withdrawn(training, deleted, work, null, now));
  }

  /** What is told of a withdrawal; null if this is none. */
  private static @Nullable TrainingEvent withdrawn(
      Training training,
      @Nullable Classifier created,
      FollowUp work,
      @Nullable UploadException failure,
      Instant now) {
    return work.kind() != FollowUp.Kind.WITHDRAWAL
        ? null
        : new TrainingEvent(
            training,
            TrainingEvent.Kind.WITHDRAWN,
            now,
            created,
            failure == null
                ? null
                : new TrainingError(TrainingError.DELETION_FAILED, failure.reason()),
            TrainingEvent.Upload.NONE);
  }

  private Step retry(
      Training training, Classifier created, FollowUp work, UploadException failure, Instant now) {
    if (!now.isBefore(work.since().plus(LIMIT))) {
      metrics.inc(TrainingCounter.DELETIONS_FAILED);
      LOG.warn(
          "Training {}: classifier {} cannot be deleted: {}",
          training.id(),
          work.classifierId(),
          failure.reason());
      return new Step(null, withdrawn(training, created, work, failure, now));
    }
    Duration backoff = FIRST_RETRY.multipliedBy(1L << Math.min(work.attempts(), MAX_DOUBLINGS));
    Duration asked = failure.retryAfter();
    return Step.next(
        work.again(
            now.plus(asked != null && asked.compareTo(backoff) > 0 ? asked : backoff),
            work.misses()));
  }
}
