package io.github.satchel.connectors.training.operator;

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
import org.apache.hc.core5.concurrent.DefaultThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the blocking work of a keyed operator on threads of its own. What the work needs of keyed
 * state, and what becomes of it, goes through the task's mailbox, between two records.
 */
@SuppressWarnings("try") // its close() can be interrupted, as that of an operator
public final class KeyedWork implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KeyedWork.class);

  private final MailboxExecutor mailbox;
  private final Consumer<String> currentKey;
  private final String name;
  private final Duration closeLimit;
  private final ThreadPoolExecutor threads;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * @param mailbox of the task
   * @param currentKey sets the key whose state the task thread reads and writes
   * @param name of the threads
   * @param threads at most; what waits for one is a closure, and whoever submits bounds their
   *     number
   * @param closeLimit how long {@link #close} waits for work that was interrupted
   */
  public KeyedWork(
      MailboxExecutor mailbox,
      Consumer<String> currentKey,
      String name,
      int threads,
      Duration closeLimit) {
    this.mailbox = mailbox;
    this.currentKey = currentKey;
    this.name = name;
    this.closeLimit = closeLimit;
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory(name, true));
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** How much is queued or being done. */
  public int underWay() {
    return underWay.get();
  }

  /**
   * Has work done, and then its result taken by the task thread under the same key. What the work
   * throws fails the job.
   */
  public <T> void submit(
      String key, Callable<T> work, ThrowingConsumer<T, ? extends Exception> whenDone) {
    underWay.incrementAndGet();
    threads.execute(
        () -> {
          ThrowingRunnable<Exception> end;
          try {
            T result = work.call();
            end = () -> whenDone.accept(result);
          } catch (Exception | Error failure) {
            end =
                () -> {
                  throw new FlinkRuntimeException("%s of %s".formatted(name, key), failure);
                };
          }
          ThrowingRunnable<Exception> last = end;
          tell(
              key,
              () -> {
                underWay.decrementAndGet();
                last.run();
              });
        });
  }

  /** Has the task thread do something under a key; nothing once this is closed. */
  public void tell(String key, ThrowingRunnable<Exception> task) {
    if (isClosed()) {
      return;
    }
    try {
      mailbox.execute(
          () -> {
            currentKey.accept(key);
            task.run();
          },
          "%s of %s",
          name,
          key);
    } catch (RejectedExecutionException ended) {
      LOG.debug("The task ended before {} of {}", name, key);
    }
  }

  /**
   * What the task thread reads of a key's state, for the caller on another thread.
   *
   * @throws InterruptedException if the task has ended
   */
  public <T> T ask(String key, Callable<T> read) throws InterruptedException {
    if (isClosed()) {
      throw new InterruptedException("The task has ended"); // also if the work hid the interrupt
    }
    Future<T> answer =
        mailbox.submit(
            () -> {
              currentKey.accept(key);
              return read.call();
            },
            "%s reads %s",
            name,
            key);
    try {
      return answer.get();
    } catch (ExecutionException failure) {
      throw new FlinkRuntimeException(failure.getCause());
    }
  }

  /** Waits for a time, on a thread of this. Whether this was closed meanwhile. */
  public boolean closedWithin(Duration time) throws InterruptedException {
    return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits, and does what the mailbox holds meanwhile, until all work is done. */
  public void drain() throws InterruptedException {
    while (underWay.get() > 0 && !isClosed()) {
      mailbox.yield();
    }
  }

  /** Interrupts what is under way; nothing of it is told any more. Does not wait for it. */
  public void stop() {
    closed.countDown();
    threads.shutdownNow();
  }

  /** {@link #stop}, and waits for a while until the threads have ended. */
  @Override
  public void close() throws InterruptedException {
    stop();
    if (!threads.awaitTermination(closeLimit.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("Threads {} are still busy {} after they were asked to stop", name, closeLimit);
    }
  }

  /** Whether this was stopped. */
  public boolean isClosed() {
    return closed.getCount() == 0;
  }
}
