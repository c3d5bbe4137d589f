package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.transport.UploadException;
import java.io.Closeable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that may be used at once, handed out in the order of asking; whoever asks for more than
 * there is gets all of it. Thread-safe.
 */
public final class ByteBudget implements Closeable {

  private static final int UNIT = 1024;
  private static final PerJob<ByteBudget> SHARED = new PerJob<>();

  private final @Nullable String job;
  private final int total;
  private final Semaphore free;

  public ByteBudget(long bytes) {
    this(null, bytes);
  }

  private ByteBudget(@Nullable String job, long bytes) {
    this.job = job;
    total = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / UNIT));
    free = new Semaphore(total, true);
  }

  /**
   * The heap for archives that travel with their training, of all subtasks of a job in this
   * process. To be closed by each.
   *
   * @param bytes its size; that of the first to open it counts
   */
  public static ByteBudget open(String job, long bytes) {
    return SHARED.open(job, () -> new ByteBudget(job, bytes));
  }

  /** Waits for a share, to be released by its holder; 0 bytes are always there. */
  public void acquire(long bytes) throws InterruptedException {
    free.acquire(units(bytes));
  }

  public void release(long bytes) {
    free.release(units(bytes));
  }

  /** Runs a step once there is a share for it. */
  public <R> R spend(long bytes, Retrier.Step<R> step)
      throws UploadException, InterruptedException {
    acquire(bytes);
    try {
      return step.run();
    } finally {
      release(bytes);
    }
  }

  private int units(long bytes) {
    return bytes == 0 ? 0 : (int) Math.min(total, bytes / UNIT + 1);
  }

  @Override
  public void close() {
    if (job != null) {
      SHARED.close(job);
    }
  }
}
