package io.github.satchel.faults;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does something again and again, in a thread of its own, until it is closed. */
final class Periodic implements AutoCloseable {

  private static final long CLOSE_LIMIT_MILLIS = 60_000;

  private final Action action;
  private final long periodNanos;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Exception failure;

  /** What is done; once it fails, it is done no more. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  /** Starts at once; what takes longer than the period is made up for. */
  Periodic(String name, Duration period, Action action) {
    this.action = action;
    periodNanos = period.toNanos();
    thread = new Thread(this::run, "satchel-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      long due = System.nanoTime();
      while (!closed.await(due - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        action.run();
        due += periodNanos;
      }
    } catch (Exception e) { // told on close
      failure = e;
    }
  }

  /**
   * Waits until it is done for the last time.
   *
   * @throws IllegalStateException if it failed
   */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(CLOSE_LIMIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new IllegalStateException(thread.getName() + " failed", failure);
    }
  }
}
