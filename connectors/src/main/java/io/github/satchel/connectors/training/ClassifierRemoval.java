package io.github.satchel.connectors.training;

import io.github.satchel.connectors.training.Trainer.Step;
import io.github.satchel.connectors.training.Work.Removal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes classifiers that were replaced, wherever they are among given credentials. A classifier
 * that is deleted while it trains can reappear minutes later: the deletion is repeated once.
 * Thread-safe.
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

  /** Tries once under all credentials. */
  Step remove(Removal removal, Instant now) throws InterruptedException {
    Optional<UploadException> open = Optional.empty();
    for (String name : removal.credentials()) {
      try {
        Account account = accounts.find(name, removal.encryptedCredentials(), removal.attributes());
        if (client.delete(account, removal.classifierId())) {
          metrics.inc(TrainingCounter.CLASSIFIERS_DELETED);
          pool.wake(account);
          LOG.info(
              "Training {}: classifier {}, which it replaces, is deleted, credentials {}",
              removal.trainingId(),
              removal.classifierId(),
              name);
          return finished(removal, List.of(name), now);
        }
      } catch (UploadException failure) {
        if (failure.verdict() != Verdict.CREDENTIALS_REJECTED) {
          open = Optional.of(failure);
        }
      }
    }
    return open.isPresent()
        ? retry(removal, open.get(), now)
        : finished(removal, removal.credentials(), now);
  }

  private Step finished(Removal removal, List<String> credentials, Instant now) {
    if (removal.again()) {
      return Step.done();
    }
    Instant due = now.plus(againAfter);
    return Step.next(removal.next(credentials, due, due, 0, /* second= */ true));
  }

  private Step retry(Removal removal, UploadException failure, Instant now) {
    if (!now.isBefore(removal.since().plus(LIMIT))) {
      metrics.inc(TrainingCounter.DELETIONS_FAILED);
      LOG.warn(
          "Training {}: classifier {}, which it replaces, cannot be deleted: {}",
          removal.trainingId(),
          removal.classifierId(),
          failure.reason());
      return Step.done();
    }
    Duration backoff = FIRST_RETRY.multipliedBy(1L << Math.min(removal.attempts(), MAX_DOUBLINGS));
    Duration asked = failure.retryAfter();
    return Step.next(
        removal.next(
            removal.credentials(),
            removal.since(),
            now.plus(asked != null && asked.compareTo(backoff) > 0 ? asked : backoff),
            removal.attempts() + 1,
            removal.again()));
  }
}
