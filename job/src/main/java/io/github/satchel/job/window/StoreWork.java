package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.KeyedWork;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.flink.util.function.ThrowingConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work at the store for a request: what fails as the store does is tried again a few times. */
final class StoreWork {

  private static final Logger LOG = LoggerFactory.getLogger(StoreWork.class);

  /** Wait before the second attempt; doubled for each further one. */
  private static final Duration RETRY_DELAY = Duration.ofMillis(200);

  private static final int MAX_DOUBLINGS = 6;

  private final KeyedWork threads;
  private final int maxAttempts;

  StoreWork(KeyedWork threads, int maxAttempts) {
    this.threads = threads;
    this.maxAttempts = maxAttempts;
  }

  /** As {@link KeyedWork#submit}; the last attempt's failure fails the job. */
  <T> void submit(String id, Callable<T> work, ThrowingConsumer<T, ? extends Exception> whenDone) {
    threads.submit(id, () -> retrying(id, work), whenDone);
  }

  private <T> T retrying(String id, Callable<T> work) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.call();
      } catch (IOException failure) {
        if (attempt >= maxAttempts) {
          throw failure;
        }
        LOG.warn(
            "Request {}: the store failed, attempt {} of {}: {}",
            id,
            attempt,
            maxAttempts,
            failure.toString());
        Duration wait = RETRY_DELAY.multipliedBy(1L << Math.min(attempt - 1, MAX_DOUBLINGS));
        if (threads.closedWithin(wait)) {
          throw failure;
        }
      }
    }
  }
}
