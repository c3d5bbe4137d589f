package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.operator.Attempt;
import io.github.satchel.connectors.training.operator.JournalEntry;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.operator.TrainingFiles;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates exactly one classifier under given credentials. Thread-safe.
 *
 * <p>Before a create is sent, the journal says under which credentials, and which classifiers of
 * that name were there already. After a create whose answer was lost, just now or in an earlier
 * life of the process, a classifier of that name that was not there before is taken to be the one.
 * Only when the service says that there is none is another create sent.
 */
final class ClassifierCreation {

  private static final Logger LOG = LoggerFactory.getLogger(ClassifierCreation.class);

  private final WatsonClient client;
  private final CredentialsPool pool;
  private final Retrier retrier;
  private final TrainingMetrics metrics;
  private final Clock clock;

  ClassifierCreation(
      WatsonClient client,
      CredentialsPool pool,
      Retrier retrier,
      TrainingMetrics metrics,
      Clock clock) {
    this.client = client;
    this.pool = pool;
    this.retrier = retrier;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Creates the classifier of a training. */
  Classifier create(Attempt attempt, Account account) throws UploadException, InterruptedException {
    Training training = attempt.training();
    List<String> existing = existing(attempt, account);
    write(attempt, account, existing);
    boolean suspected = unfinished(attempt, account).isPresent();
    for (int number = 1; ; number++) {
      try {
        Classifier created = client.create(account, training, attempt.progress());
        metrics.inc(TrainingCounter.CLASSIFIERS_CREATED);
        return created;
      } catch (UploadException failure) {
        Verdict verdict = failure.verdict();
        if (verdict == Verdict.TOO_LARGE) {
          retrier.retrying(() -> client.classifiers(account));
          throw new UploadException(Verdict.REFUSED, "the archives are too large");
        }
        suspected |= verdict.isPassing();
        if (verdict.isPassing()) {
          retrier.await(number, failure.retryAfter());
        }
        // Whatever this answer says: a plan, for one, may be full of the very classifier whose
        // answer was lost.
        Optional<Classifier> created =
            suspected ? find(training, account, existing) : Optional.empty();
        if (created.isPresent()) {
          return created.get();
        }
        if (!retrier.allows(number, failure)) {
          throw verdict == Verdict.FAILED ? failure.as(Verdict.NO_SERVICE) : failure;
        }
        metrics.inc(TrainingCounter.RETRIES);
        LOG.info("Training {}: another attempt, {}", training.id(), failure.reason());
      }
    }
  }

  /** An earlier attempt under the same credentials, whose classifier may show up late. */
  private static Optional<JournalEntry> unfinished(Attempt attempt, Account account) {
    return attempt.earlier().filter(entry -> account.name().equals(entry.credentials()));
  }

  /**
   * Ids of the classifiers of the same name before the first create.
   *
   * @throws UploadException {@link Verdict#NO_SERVICE} if nobody answers sensibly: as nothing was
   *     sent yet, other credentials can be tried
   */
  private List<String> existing(Attempt attempt, Account account)
      throws UploadException, InterruptedException {
    Optional<JournalEntry> unfinished = unfinished(attempt, account);
    if (unfinished.isPresent()) {
      return unfinished.get().existing();
    }
    // Credentials that cool down are tried once: with retries, trainings in vain would hold up
    // others.
    Retrier.Step<List<String>> look =
        () -> namesakes(attempt.training(), account).map(Classifier::id).toList();
    try {
      return pool.coolDown(account).isPresent() ? look.run() : retrier.retrying(look);
    } catch (UploadException failure) {
      throw failure.verdict().isParticularToCredentials()
          ? failure
          : failure.as(Verdict.NO_SERVICE);
    }
  }

  /**
   * The classifier that a create with a lost answer made; empty if the service has none.
   *
   * @throws UploadException if the service does not say: no create may be sent then
   */
  Optional<Classifier> find(Training training, Account account, List<String> existing)
      throws UploadException, InterruptedException {
    try {
      Optional<Classifier> found =
          retrier.retrying(
              () ->
                  namesakes(training, account)
                      .filter(namesake -> !existing.contains(namesake.id()))
                      .findFirst());
      found.ifPresent(classifier -> metrics.inc(TrainingCounter.CLASSIFIERS_ADOPTED));
      return found;
    } catch (UploadException failure) {
      if (failure.verdict() == Verdict.CREDENTIALS_REJECTED) {
        throw failure;
      }
      throw new UploadException(
          Verdict.FAILED,
          "the service did not say whether the classifier was created (%s); look for %s under credentials %s before training again"
              .formatted(failure.reason(), training.classifierName(), account.name()));
    }
  }

  private Stream<Classifier> namesakes(Training training, Account account)
      throws UploadException, InterruptedException {
    return client.classifiers(account).stream()
        .filter(classifier -> classifier.name().equals(training.classifierName()))
        .filter(classifier -> !training.replaces().contains(classifier.id()));
  }

  /** Ids of the classifiers under an account that the training is to take over from. */
  List<String> replaceable(Training training, Account account)
      throws UploadException, InterruptedException {
    List<String> there =
        retrier.retrying(() -> client.classifiers(account)).stream().map(Classifier::id).toList();
    return training.replaces().stream().filter(there::contains).toList();
  }

  /** Deletes a classifier to make room. The journal says so before, for the event to say it. */
  void deleteFirst(Attempt attempt, Account account, String id)
      throws UploadException, InterruptedException {
    List<String> existing = existing(attempt, account);
    attempt.deletedFirst().add(id);
    write(attempt, account, existing);
    retrier.retrying(() -> client.delete(account, id));
    metrics.inc(TrainingCounter.CLASSIFIERS_DELETED);
    pool.endCoolDown(account);
  }

  private void write(Attempt attempt, Account account, List<String> existing)
      throws UploadException, InterruptedException {
    Training training = attempt.training();
    JournalEntry creating =
        JournalEntry.creating(
            new JournalEntry.Create(
                account.name(), training.classifierName(), clock.instant(), existing),
            attempt.upload());
    retrier.retrying(() -> TrainingFiles.writeJournal(training, creating));
  }
}
