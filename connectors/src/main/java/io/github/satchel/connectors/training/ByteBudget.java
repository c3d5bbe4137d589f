package io.github.satchel.connectors.training;

import java.util.concurrent.Semaphore;

/** Bytes that may be on their way at once, handed out in the order of asking. Thread-safe. */
final class ByteBudget {

  private static final int UNIT = 1024;

  private final int total;
  private final Semaphore free;

  ByteBudget(long bytes) {
    total = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / UNIT));
    free = new Semaphore(total, true);
  }

  /** Runs a step once there is a share for it; what is more than there is gets all of it. */
  <R> R spend(long bytes, Retrier.Step<R> step) throws UploadException, InterruptedException {
    int units = (int) Math.min(total, bytes / UNIT + 1);
    free.acquire(units);
    try {
      return step.run();
    } finally {
      free.release(units);
    }
  }
}
