package io.github.satchel.connectors.watson;

import io.github.satchel.connectors.watson.JournalEntry.State;
import io.github.satchel.connectors.watson.TrainingOutcome.Status;
import java.io.Closeable;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one training at a time from its archives to its outcome, in blocking code on the caller's
 * thread. Thread-safe.
 *
 * <p>A training creates one classifier. Before a create is sent, its journal says under which
 * credentials, and which classifiers of that name were there already. After a create whose answer
 * was lost, just now or in an earlier life of the process, a classifier of that name that was not
 * there before is taken to be the one. Only when the service says that there is none is another
 * create sent.
 */
final class Uploader implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(Uploader.class);

  /** A step that can be tried again. */
  @FunctionalInterface
  private interface Step<R> {
    R run() throws UploadException, InterruptedException;
  }

  private final WatsonClient client;
  private final CredentialsResolver resolver;
  private final RetryPolicy retries;
  private final boolean keepArchives;
  private final WatsonSinkMetrics metrics;
  private final Clock clock;
  private final RandomGenerator random;
  private final CountDownLatch closed = new CountDownLatch(1);

  Uploader(
      WatsonClient client,
      CredentialsResolver resolver,
      RetryPolicy retries,
      boolean keepArchives,
      WatsonSinkMetrics metrics,
      Clock clock,
      RandomGenerator random) {
    this.client = client;
    this.resolver = resolver;
    this.retries = retries;
    this.keepArchives = keepArchives;
    this.metrics = metrics;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Uploads a training, or finds out that this was done before.
   *
   * @throws InterruptedException if the uploader was closed; the training is as far as its journal
   *     says
   */
  TrainingOutcome upload(Training training) throws InterruptedException {
    Rejections rejections = new Rejections();
    Optional<JournalEntry> earlier;
    try {
      earlier = retrying(() -> TrainingFiles.readJournal(training));
    } catch (UploadException unreadable) {
      // What the journal says is not known, so it must not be overwritten either.
      return outcome(training, failed(unreadable, rejections));
    }
    if (earlier.isPresent() && earlier.get().state() == State.COMPLETED) {
      LOG.info("Training {} has ended before, its outcome is given again", training.id());
      metrics.inc(WatsonCounter.OUTCOMES_REPLAYED);
      return finish(training, earlier.get());
    }
    JournalEntry end;
    try {
      Optional<Classifier> classifier =
          earlier.isPresent() ? adopt(training, earlier.get(), rejections) : Optional.empty();
      if (classifier.isEmpty()) {
        classifier = create(training, earlier, rejections);
      }
      end =
          classifier.isPresent()
              ? JournalEntry.uploaded(classifier.get(), rejections.rejected(), clock.instant())
              : failed(rejections.error(), rejections);
    } catch (UploadException failure) {
      end = failed(failure, rejections);
    }
    try {
      JournalEntry last = end;
      retrying(() -> TrainingFiles.writeJournal(training, last));
    } catch (UploadException unwritable) {
      // The outcome holds all the same, but a restart would have to find it out again.
      LOG.warn("Training {}: {}", training.id(), unwritable.reason());
      return outcome(training, end);
    }
    return finish(training, end);
  }

  /**
   * Looks for the classifier of an earlier attempt that did not get to know what became of its
   * create.
   */
  private Optional<Classifier> adopt(Training training, JournalEntry earlier, Rejections rejections)
      throws UploadException, InterruptedException {
    earlier
        .rejectedCredentials()
        .forEach(name -> rejections.add(name, Verdict.CREDENTIALS_REJECTED));
    List<String> suspects =
        earlier.credentials() == null ? training.credentials() : List.of(earlier.credentials());
    for (String name : suspects) {
      Optional<Account> account = account(training, name, rejections);
      if (account.isPresent()) {
        try {
          Optional<Classifier> found = find(training, account.get(), earlier.existing());
          if (found.isPresent()) {
            return found;
          }
        } catch (UploadException failure) {
          reject(training, name, failure, rejections);
        }
      }
    }
    return Optional.empty();
  }

  /** Creates the classifier under the first credentials that can; empty if none can. */
  private Optional<Classifier> create(
      Training training, Optional<JournalEntry> earlier, Rejections rejections)
      throws UploadException, InterruptedException {
    long bytes = retrying(() -> TrainingFiles.requireArchives(training));
    for (String name : training.credentials()) {
      Optional<Account> account = account(training, name, rejections);
      if (account.isPresent()) {
        LOG.info(
            "Training {}: upload of {} bytes begins, credentials {}", training.id(), bytes, name);
        Optional<JournalEntry> unfinished =
            earlier.filter(entry -> name.equals(entry.credentials()));
        try {
          return Optional.of(
              createUnder(account.get(), training, unfinished, rejections.rejected()));
        } catch (UploadException failure) {
          reject(training, name, failure, rejections);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * @param unfinished an earlier attempt under the same credentials, whose classifier may show up
   *     late
   */
  private Classifier createUnder(
      Account account, Training training, Optional<JournalEntry> unfinished, List<String> rejected)
      throws UploadException, InterruptedException {
    boolean suspected = unfinished.isPresent();
    List<String> existing =
        unfinished.isPresent()
            ? unfinished.get().existing()
            : retrying(() -> namesakes(training, account).map(Classifier::id).toList());
    JournalEntry creating =
        JournalEntry.creating(
            account.name(), training.classifierName(), clock.instant(), existing, rejected);
    retrying(() -> TrainingFiles.writeJournal(training, creating));
    for (int attempt = 1; ; attempt++) {
      try {
        Classifier created = client.create(account, training);
        metrics.inc(WatsonCounter.CLASSIFIERS_CREATED);
        return created;
      } catch (UploadException failure) {
        Verdict verdict = failure.verdict();
        if (verdict == Verdict.TOO_LARGE) {
          retrying(() -> client.classifiers(account));
          throw new UploadException(Verdict.REFUSED, "the archives are too large");
        }
        suspected |= verdict.isPassing();
        // A plan may be full of the very classifier whose answer was lost.
        boolean mayExist = suspected && (verdict == Verdict.PLAN_FULL || verdict.isPassing());
        if (verdict.isPassing()) {
          await(attempt, failure);
        }
        Optional<Classifier> created =
            mayExist ? find(training, account, existing) : Optional.empty();
        if (created.isPresent()) {
          return created.get();
        }
        if (!verdict.isPassing() || !retries.allows(attempt, failure.retryAfter())) {
          throw failure;
        }
        metrics.inc(WatsonCounter.RETRIES);
        LOG.info("Training {}: another attempt, {}", training.id(), failure.reason());
      }
    }
  }

  /**
   * The classifier that a create with a lost answer made; empty if the service has none.
   *
   * @throws UploadException if the service does not say: no create may be sent then
   */
  private Optional<Classifier> find(Training training, Account account, List<String> existing)
      throws UploadException, InterruptedException {
    try {
      Optional<Classifier> found =
          retrying(
              () ->
                  namesakes(training, account)
                      .filter(namesake -> !existing.contains(namesake.id()))
                      .findFirst());
      found.ifPresent(classifier -> metrics.inc(WatsonCounter.CLASSIFIERS_ADOPTED));
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

  private Optional<Account> account(Training training, String name, Rejections rejections) {
    Optional<Account> account =
        resolver.resolve(name).map(credentials -> new Account(name, credentials));
    if (account.isEmpty()) {
      LOG.warn("Training {}: there are no usable credentials {}", training.id(), name);
      rejections.add(name, Verdict.CREDENTIALS_REJECTED);
      metrics.inc(WatsonCounter.CREDENTIALS_REJECTED);
    }
    return account;
  }

  /** Notes that credentials are of no use, or fails the training if others would be no better. */
  private void reject(
      Training training, String name, UploadException failure, Rejections rejections)
      throws UploadException {
    Verdict verdict = failure.verdict();
    if (!verdict.isParticularToCredentials()) {
      throw failure;
    }
    LOG.warn(
        "Training {}: credentials {} are of no use, {}: {}",
        training.id(),
        name,
        verdict,
        failure.reason());
    rejections.add(name, verdict);
    metrics.inc(
        switch (verdict) {
          case PLAN_FULL -> WatsonCounter.PLANS_FULL;
          case CREDENTIALS_REJECTED -> WatsonCounter.CREDENTIALS_REJECTED;
          default -> WatsonCounter.RATE_LIMITS;
        });
  }

  private <R> R retrying(Step<R> step) throws UploadException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return step.run();
      } catch (UploadException failure) {
        if (!failure.verdict().isPassing() || !retries.allows(attempt, failure.retryAfter())) {
          throw failure;
        }
        metrics.inc(WatsonCounter.RETRIES);
        await(attempt, failure);
      }
    }
  }

  private void await(int attempt, UploadException failure) throws InterruptedException {
    long millis = retries.wait(attempt, failure.retryAfter(), random).toMillis();
    if (closed.await(millis, TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("The uploader is closed");
    }
  }

  /** The end of a training that failed, unless it failed because the uploader was closed. */
  private JournalEntry failed(UploadException failure, Rejections rejections)
      throws InterruptedException {
    if (closed.getCount() == 0) {
      throw new InterruptedException("The uploader is closed");
    }
    return failed(error(failure), rejections);
  }

  private JournalEntry failed(TrainingError error, Rejections rejections) {
    return JournalEntry.failed(error, rejections.rejected(), clock.instant());
  }

  private static TrainingError error(UploadException failure) {
    String reason = failure.reason();
    return switch (failure.verdict()) {
      case REFUSED ->
          new TrainingError(
              TrainingError.UPLOAD_REFUSED,
              "The service refused the training data (%s). Change the examples.".formatted(reason));
      case UNAVAILABLE ->
          new TrainingError(
              TrainingError.UPLOAD_FAILED,
              "The upload did not succeed (%s). Train again later.".formatted(reason));
      default ->
          new TrainingError(
              TrainingError.UPLOAD_FAILED, "The upload failed: %s.".formatted(reason));
    };
  }

  /** To be called once the journal holds the end: a restart needs the archives no more. */
  private TrainingOutcome finish(Training training, JournalEntry end) {
    if (end.classifier() != null && !keepArchives) {
      TrainingFiles.deleteArchives(training);
    }
    return outcome(training, end);
  }

  private static TrainingOutcome outcome(Training training, JournalEntry end) {
    return new TrainingOutcome(
        training,
        end.classifier() == null ? Status.FAILED : Status.UPLOADED,
        end.classifier(),
        end.error(),
        end.rejectedCredentials(),
        Objects.requireNonNull(end.completedAt()));
  }

  /** Ends every wait. Uploads that wait, or fail from now on, are left as their journal says. */
  @Override
  public void close() {
    closed.countDown();
  }
}
