package io.github.satchel.job.window;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.function.ThrowingConsumer;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what waits for the store on threads of its own. What the work needs of keyed state, and what
 * becomes of it, goes through the task's mailbox, between two records.
 */
@SuppressWarnings("try") // its close() can be interrupted, as that of an operator
final class StoreWork implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreWork.class);

  /** Wait before the second attempt; doubled for each further one. */
  private static final Duration RETRY_DELAY = Duration.ofMillis(200);

  /**
   * For a call to the store to notice that it is interrupted. Work that went on for longer could
   * overwrite what the next attempt at the same request writes.
   */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  private final MailboxExecutor mailbox;
  private final Consumer<String> currentKey;
  private final int maxAttempts;
  private final ThreadPoolExecutor threads;
  private final CountDownLatch closed = new CountDownLatch(1);

  private final AtomicInteger underway = new AtomicInteger();

  /**
   * @param mailbox of the task
   * @param currentKey sets the key whose state the task thread reads and writes
   * @param name of the threads
   * @param maxAttempts how often work is tried that fails with an {@link IOException}
   */
  StoreWork(
      MailboxExecutor mailbox,
      Consumer<String> currentKey,
      String name,
      int threads,
      int maxAttempts) {
    this.mailbox = mailbox;
    this.currentKey = currentKey;
    this.maxAttempts = maxAttempts;
    AtomicInteger count = new AtomicInteger();
    // What waits in the queue is a key each; its request is in state.
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** How much is queued or being done. */
  int underway() {
    return underway.get();
  }

  /**
   * Has work done, and then has its result taken by the task thread under the same key. Work that
   * fails fails the job.
   */
  <T> void submit(
      String requestId, Callable<T> work, ThrowingConsumer<T, ? extends Exception> whenDone) {
    underway.incrementAndGet();
    threads.execute(
        () -> {
          try {
            T result = retrying(requestId, work);
            tell(
                requestId,
                () -> {
                  currentKey.accept(requestId);
                  whenDone.accept(result);
                });
          } catch (Exception | Error failure) {
            tell(
                requestId,
                () -> {
                  throw new FlinkRuntimeException(
                      "The archives of request %s".formatted(requestId), failure);
                });
          }
        });
  }

  /**
   * What the task thread reads of a key's state, for the caller on another thread.
   *
   * @throws InterruptedException if the task has ended
   */
  <T> T ask(String requestId, Callable<T> read) throws InterruptedException {
    if (closed.getCount() == 0) {
      throw new InterruptedException("The task has ended"); // also if the store hid the interrupt
    }
    Future<T> answer =
        mailbox.submit(
            () -> {
              currentKey.accept(requestId);
              return read.call();
            },
            "a part of request %s",
            requestId);
    try {
      return answer.get();
    } catch (ExecutionException failure) {
      throw new FlinkRuntimeException(failure.getCause());
    }
  }

  /** Waits, and does what the mailbox holds meanwhile, until all work is done. */
  void drain() throws InterruptedException {
    while (underway.get() > 0 && closed.getCount() > 0) {
      mailbox.yield();
    }
  }

  /** Interrupts what is under way; nothing of it is told any more. */
  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    threads.shutdownNow();
    if (!threads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("The store is still busy {} after it was told to stop", CLOSE_LIMIT);
    }
  }

  private <T> T retrying(String requestId, Callable<T> work) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.call();
      } catch (IOException failure) {
        if (attempt >= maxAttempts) {
          throw failure;
        }
        LOG.warn(
            "Request {}: the store failed, attempt {} of {}: {}",
            requestId,
            attempt,
            maxAttempts,
            failure.toString());
        long wait = RETRY_DELAY.toMillis() << Math.min(attempt - 1, 6);
        if (closed.await(wait, TimeUnit.MILLISECONDS)) {
          throw failure;
        }
      }
    }
  }

  private void tell(String requestId, ThrowingRunnable<Exception> end) {
    if (closed.getCount() > 0) {
      try {
        mailbox.execute(
            () -> {
              underway.decrementAndGet();
              end.run();
            },
            "end of request %s",
            requestId);
      } catch (RejectedExecutionException ended) {
        LOG.debug("The task ended before request {}", requestId);
      }
    }
  }
}
