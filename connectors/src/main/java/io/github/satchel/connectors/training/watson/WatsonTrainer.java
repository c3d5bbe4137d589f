package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.Training.NamedCredentials;
import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.credentials.Accounts;
import io.github.satchel.connectors.training.operator.Attempt;
import io.github.satchel.connectors.training.operator.ByteBudget;
import io.github.satchel.connectors.training.operator.JournalEntry;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.operator.Trainer;
import io.github.satchel.connectors.training.operator.TrainerFactory;
import io.github.satchel.connectors.training.operator.TrainingFiles;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import io.github.satchel.connectors.training.watson.CredentialsPool.CoolDown;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates classifiers at Watson: chooses the credentials, and looks after what comes later.
 *
 * <p>Credentials are tried in the order given, those in their cool-down left out. If none of them
 * will do, those that cool down are tried all the same, for a pupil is better served by an attempt
 * in vain than by a failure that was remembered and may have passed; only a service that asked for
 * it itself ({@code Retry-After}) is left in peace. Last, where the plan is full, a classifier that
 * is to be replaced makes room.
 */
final class WatsonTrainer implements Trainer {

  private static final Logger LOG = LoggerFactory.getLogger(WatsonTrainer.class);

  private final ClassifierCreation creation;
  private final ClassifierFollower follower;
  private final ClassifierRemoval removal;
  private final Accounts accounts;
  private final CredentialsPool pool;
  private final Retrier retrier;
  private final HttpTransport transport;
  private final WatsonOptions options;
  private final TrainingMetrics metrics;

  WatsonTrainer(TrainerFactory.Context context, Accounts accounts, WatsonOptions options) {
    this.transport = context.transport();
    this.accounts = accounts;
    this.options = options;
    this.retrier = context.retrier();
    this.metrics = context.metrics();
    Clock clock = context.clock();
    this.pool =
        CredentialsPool.open(
            context.jobId(),
            options.coolDown(),
            options.maxCallsPerKey(),
            context.parallelism(),
            clock);
    WatsonClient client =
        new WatsonClient(
            transport,
            new IamTokens(transport, options.iamUrl(), clock, metrics),
            pool,
            new ByteBudget(context.maxUploadBytes()),
            options.version(),
            clock);
    this.creation = new ClassifierCreation(client, pool, retrier, metrics, clock);
    this.follower =
        new ClassifierFollower(client, accounts, retrier, options.following(), metrics, clock);
    this.removal =
        new ClassifierRemoval(client, accounts, pool, options.deleteAgainAfter(), metrics);
  }

  @Override
  public Classifier deliver(Attempt attempt) throws UploadException, InterruptedException {
    Optional<Classifier> classifier = adopt(attempt);
    if (classifier.isEmpty()) {
      classifier = create(attempt);
    }
    return classifier.orElseThrow(
        () -> new UploadException(Verdict.CREDENTIALS_REJECTED, "no credentials are left to try"));
  }

  /**
   * Looks for the classifier of an earlier attempt that did not get to know what became of its
   * create.
   */
  private Optional<Classifier> adopt(Attempt attempt) throws UploadException, InterruptedException {
    if (attempt.earlier().isEmpty()) {
      return Optional.empty();
    }
    JournalEntry earlier = attempt.earlier().get();
    List<String> suspects =
        earlier.credentials() == null ? names(attempt.training()) : List.of(earlier.credentials());
    for (String name : suspects) {
      Optional<Account> account = account(attempt, name);
      if (account.isPresent()) {
        try {
          Optional<Classifier> found =
              creation.find(attempt.training(), account.get(), earlier.existing());
          if (found.isPresent()) {
            return found;
          }
        } catch (UploadException failure) {
          reject(attempt, account.get(), failure);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Classifier> create(Attempt attempt)
      throws UploadException, InterruptedException {
    Training training = attempt.training();
    WatsonLimits.check(training);
    retrier.retrying(() -> TrainingFiles.requireArchives(training));
    List<Account> cooling = new ArrayList<>();
    for (String name : names(training)) {
      Optional<Account> account = account(attempt, name);
      if (account.isEmpty()) {
        continue;
      }
      Optional<CoolDown> coolDown = pool.coolDown(account.get());
      if (coolDown.isEmpty()) {
        Optional<Classifier> created = createUnder(attempt, account.get());
        if (created.isPresent()) {
          return created;
        }
      } else {
        attempt.rejections().add(name, coolDown.get().verdict());
        if (!coolDown.get().asked()) {
          cooling.add(account.get());
        }
      }
    }
    for (Account account : cooling) {
      Optional<Classifier> created = createUnder(attempt, account);
      if (created.isPresent()) {
        return created;
      }
    }
    return makeRoom(attempt);
  }

  private Optional<Classifier> createUnder(Attempt attempt, Account account)
      throws UploadException, InterruptedException {
    LOG.info(
        "Training {}: uploading {} bytes with credentials {}",
        attempt.training().id(),
        attempt.training().bytes(),
        account.name());
    try {
      Classifier created = creation.create(attempt, account);
      pool.endCoolDown(account);
      attempt.rejections().forget(account.name());
      return Optional.of(created);
    } catch (UploadException failure) {
      reject(attempt, account, failure);
      return Optional.empty();
    }
  }

  /** Where a plan is full, deletes what is to be replaced, one at a time, and tries again. */
  private Optional<Classifier> makeRoom(Attempt attempt)
      throws UploadException, InterruptedException {
    Training training = attempt.training();
    if (training.replaces().isEmpty()) {
      return Optional.empty();
    }
    for (String name : names(training)) {
      Optional<Account> account =
          attempt.rejections().isFull(name) ? account(attempt, name) : Optional.empty();
      if (account.isEmpty()) {
        continue;
      }
      for (String old : creation.replaceable(training, account.get())) {
        LOG.info(
            "Training {}: the plan of credentials {} is full; deleting {} to make room",
            training.id(),
            name,
            old);
        creation.deleteFirst(attempt, account.get(), old);
        Optional<Classifier> created = createUnder(attempt, account.get());
        if (created.isPresent() || !attempt.rejections().isFull(name)) {
          return created;
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> names(Training training) {
    return training.credentials().stream().map(NamedCredentials::name).toList();
  }

  private Optional<Account> account(Attempt attempt, String name) {
    Training training = attempt.training();
    try {
      return Optional.of(accounts.find(training, name));
    } catch (UploadException unusable) {
      LOG.warn(
          "Training {}: credentials {} cannot be used, {}", training.id(), name, unusable.reason());
      attempt.rejections().addUnusable(name, unusable.reason());
      metrics.inc(TrainingCounter.CREDENTIALS_REJECTED);
      return Optional.empty();
    }
  }

  /** Notes that credentials are of no use, or fails the training if others would be no better. */
  private void reject(Attempt attempt, Account account, UploadException failure)
      throws UploadException {
    Verdict verdict = failure.verdict();
    if (!verdict.isParticularToCredentials()) {
      throw failure;
    }
    LOG.warn(
        "Training {}: credentials {} do not work, {}: {}",
        attempt.training().id(),
        account.name(),
        verdict,
        failure.reason());
    attempt.rejections().add(account.name(), verdict);
    pool.startCoolDown(account, verdict, failure.retryAfter());
    metrics.inc(
        switch (verdict) {
          case PLAN_FULL -> TrainingCounter.PLANS_FULL;
          case CREDENTIALS_REJECTED -> TrainingCounter.CREDENTIALS_REJECTED;
          case NO_SERVICE -> TrainingCounter.SERVICES_ABSENT;
          default -> TrainingCounter.RATE_LIMITS;
        });
  }

  @Override
  public List<FollowUp> after(TrainingEvent outcome, Instant now) {
    Classifier classifier = outcome.classifier();
    if (outcome.kind() != Kind.UPLOADED || classifier == null) {
      return List.of();
    }
    Training training = outcome.training();
    List<FollowUp> followUps = new ArrayList<>();
    for (String old : training.replaces()) {
      followUps.add(
          outcome.upload().deletedFirst().contains(old)
              ? FollowUp.at(
                  FollowUp.Kind.SECOND_DELETION,
                  old,
                  names(training),
                  now.plus(options.deleteAgainAfter()))
              : FollowUp.at(FollowUp.Kind.DELETION, old, names(training), now));
    }
    if (options.following().enabled()) {
      followUps.add(
          FollowUp.at(FollowUp.Kind.STATUS, classifier.id(), List.of(classifier.credentials()), now)
              .first(now.plus(options.following().interval(0))));
    }
    return followUps;
  }

  @Override
  public FollowUp withdrawal(Classifier created, Instant now) {
    return FollowUp.at(FollowUp.Kind.WITHDRAWAL, created.id(), List.of(created.credentials()), now);
  }

  @Override
  public Step advance(Training training, Classifier created, FollowUp work, Instant now)
      throws InterruptedException {
    return work.kind() == FollowUp.Kind.STATUS
        ? follower.check(training, created, work, now)
        : removal.remove(training, created, work, now);
  }

  @Override
  public void close() {
    transport.close();
    pool.close();
  }
}
