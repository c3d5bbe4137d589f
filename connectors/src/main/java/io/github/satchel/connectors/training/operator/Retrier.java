package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.transport.UploadException;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Tries steps again as a {@link RetryPolicy} says, until it is closed. Thread-safe. */
public final class Retrier implements Closeable {

  /** A step that can be tried again. */
  @FunctionalInterface
  public interface Step<R> {
    R run() throws UploadException, InterruptedException;
  }

  private final RetryPolicy policy;
  private final TrainingMetrics metrics;
  private final RandomGenerator random;
  private final CountDownLatch closed = new CountDownLatch(1);

  public Retrier(RetryPolicy policy, TrainingMetrics metrics, RandomGenerator random) {
    this.policy = policy;
    this.metrics = metrics;
    this.random = random;
  }

  /** Runs a step until it succeeds, fails for good or was tried often enough. */
  public <R> R retrying(Step<R> step) throws UploadException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return step.run();
      } catch (UploadException failure) {
        if (!allows(attempt, failure)) {
          throw failure;
        }
        metrics.inc(TrainingCounter.RETRIES);
        await(attempt, failure.retryAfter());
      }
    }
  }

  /** Whether a step that failed at this attempt, the first is 1, is to be tried again. */
  public boolean allows(int attempt, UploadException failure) {
    return failure.verdict().isPassing() && policy.allows(attempt, failure.retryAfter());
  }

  /**
   * Waits as long as the policy says.
   *
   * @throws InterruptedException if this is closed meanwhile
   */
  public void await(int attempt, @Nullable Duration retryAfter) throws InterruptedException {
    if (closed.await(policy.wait(attempt, retryAfter, random).toMillis(), TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("The sink is closed");
    }
  }

  public boolean isClosed() {
    return closed.getCount() == 0;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
