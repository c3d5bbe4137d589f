package io.github.satchel.connectors.training;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * What the trainings of one subtask know of the credentials together: which are to be left alone
 * for a while, and how many calls each has under way. Thread-safe.
 */
final class CredentialsPool {

  /**
   * Why credentials are left alone.
   *
   * @param until from then on they are like any others
   * @param asked whether the service itself asked for it
   */
  record Rest(Verdict verdict, Instant until, boolean asked) {}

  /** Requests can bring along any number of credentials that are of no use. */
  private static final int MAX_RESTING = 10_000;

  private final Duration restTime;
  private final int maxCalls;
  private final Clock clock;

  /** By account, so that a key that was replaced does not inherit the rest of the old one. */
  private final ConcurrentMap<Account, Rest> resting = new ConcurrentHashMap<>();

  /** Of keys that are in use: one that came with a training is not kept for longer. */
  private final ConcurrentMap<Credentials, Gate> gates = new ConcurrentHashMap<>();

  private record Gate(Semaphore allowed, int users) {

    Gate with(int more) {
      return new Gate(allowed, users + more);
    }
  }

  /**
   * @param restTime how long credentials rest if the service does not say
   * @param maxCalls calls at once under the same key
   */
  CredentialsPool(Duration restTime, int maxCalls, Clock clock) {
    this.restTime = restTime;
    this.maxCalls = maxCalls;
    this.clock = clock;
  }

  /** Why an account is to be left alone now; empty if it is not. */
  Optional<Rest> rest(Account account) {
    return Optional.ofNullable(resting.get(account))
        .filter(rest -> clock.instant().isBefore(rest.until()));
  }

  /** Leaves an account alone for a while. */
  void letRest(Account account, Verdict verdict, @Nullable Duration retryAfter) {
    Instant now = clock.instant();
    resting.values().removeIf(rest -> !now.isBefore(rest.until()));
    if (resting.size() < MAX_RESTING) {
      resting.put(
          account,
          new Rest(
              verdict, now.plus(retryAfter == null ? restTime : retryAfter), retryAfter != null));
    }
  }

  /** Ends an account's rest: it was of use, or room was made. */
  void wake(Account account) {
    resting.remove(account);
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
        credentials, new Gate(new Semaphore(maxCalls, true), 1), (known, own) -> known.with(1));
  }

  private void leave(Credentials credentials) {
    gates.computeIfPresent(credentials, (key, gate) -> gate.users() == 1 ? null : gate.with(-1));
  }
}
