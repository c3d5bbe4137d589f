package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.operator.PerJob;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.io.Closeable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the trainings of a job that run in one process know of the credentials together: which are
 * in their cool-down, and how many calls each has under way. Thread-safe.
 *
 * <p>All subtasks of a job in a process share one. Each brings its part of the calls that a key
 * allows, the limit divided by the parallelism, so that the limit holds for the job however its
 * subtasks are spread; but each brings one call at least. A cool-down is known to one process only.
 */
final class CredentialsPool implements Closeable {

  /**
   * Why credentials are left alone.
   *
   * @param until from then on they are like any others
   * @param asked whether the service itself asked for it
   */
  record CoolDown(Verdict verdict, Instant until, boolean asked) {}

  /** Requests can bring along any number of credentials that are of no use. */
  private static final int MAX_COOLING = 10_000;

  private static final PerJob<CredentialsPool> SHARED = new PerJob<>();

  private final String job;
  private final Duration coolDownTime;
  private final Clock clock;

  /** Of all subtasks that share this. */
  private final AtomicInteger maxCalls = new AtomicInteger();

  /** By account, so that a key that was replaced does not inherit the cool-down of the old one. */
  private final ConcurrentMap<Account, CoolDown> cooling = new ConcurrentHashMap<>();

  /** Of keys that are in use: one that came with a training is not kept for longer. */
  private final ConcurrentMap<Credentials, Gate> gates = new ConcurrentHashMap<>();

  private record Gate(Semaphore allowed, int users) {

    Gate with(int more) {
      return new Gate(allowed, users + more);
    }
  }

  private CredentialsPool(String job, Duration coolDownTime, Clock clock) {
    this.job = job;
    this.coolDownTime = coolDownTime;
    this.clock = clock;
  }

  /**
   * The pool of a job in this process, which every subtask opens and closes once.
   *
   * @param coolDownTime how long credentials are left alone if the service does not say
   * @param maxCalls calls at once under the same key, of all subtasks together
   * @param parallelism number of subtasks
   */
  static CredentialsPool open(
      String job, Duration coolDownTime, int maxCalls, int parallelism, Clock clock) {
    CredentialsPool pool = SHARED.open(job, () -> new CredentialsPool(job, coolDownTime, clock));
    pool.maxCalls.addAndGet(Math.max(1, maxCalls / parallelism));
    return pool;
  }

  /** Calls at once under the same key, in this process. */
  int maxCalls() {
    return maxCalls.get();
  }

  /** Why an account is to be left alone now; empty if it is not. */
  Optional<CoolDown> coolDown(Account account) {
    return Optional.ofNullable(cooling.get(account))
        .filter(each -> clock.instant().isBefore(each.until()));
  }

  /** Leaves an account alone for a while. */
  void startCoolDown(Account account, Verdict verdict, @Nullable Duration retryAfter) {
    Instant now = clock.instant();
    cooling.values().removeIf(each -> !now.isBefore(each.until()));
    if (cooling.size() < MAX_COOLING) {
      cooling.put(
          account,
          new CoolDown(
              verdict,
              now.plus(retryAfter == null ? coolDownTime : retryAfter),
              retryAfter != null));
    }
  }

  /** Ends an account's cool-down: it was of use, or room was made. */
  void endCoolDown(Account account) {
    cooling.remove(account);
  }

  /** Makes a call once its key allows another one; in the order of asking. */
  <R> R call(Credentials credentials, Retrier.Step<R> call)
      throws UploadException, InterruptedException {
    Semaphore allowed = enter(credentials).allowed();
    try {
      allowed.acquire();
      try {
        return call.run();
      } finally {
        allowed.release();
      }
    } finally {
      leave(credentials);
    }
  }

  private Gate enter(Credentials credentials) {
    return gates.merge(
        credentials,
        new Gate(new Semaphore(maxCalls.get(), true), 1),
        (known, own) -> known.with(1));
  }

  private void leave(Credentials credentials) {
    gates.computeIfPresent(credentials, (key, gate) -> gate.users() == 1 ? null : gate.with(-1));
  }

  /** Of one subtask; the last one closes the pool. */
  @Override
  public void close() {
    SHARED.close(job);
  }
}
