package io.github.satchel.job.cache;

import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps pictures behind the back of a task that must not wait: what its few threads cannot keep up
 * with is not kept, and costs a download next time.
 */
public final class CacheWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CacheWriter.class);

  private static final int THREADS = 2;
  private static final int QUEUE = 64;
  private static final long KEEP_ALIVE_SECONDS = 30;
  private static final long CLOSE_SECONDS = 5;

  private final ImageCache cache;
  private final Counter dropped;
  private final ThreadPoolExecutor threads;

  /**
   * A writer.
   *
   * @param name of its threads
   * @param dropped thread-safe; counts what was not kept
   */
  public CacheWriter(CacheSettings settings, String name, Counter dropped) {
    this.cache = new ImageCache(settings, Clock.systemUTC());
    this.dropped = dropped;
    var number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            work -> {
              var thread = new Thread(work, name + "-" + number.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            },
            (work, pool) -> dropped.inc());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Keeps a picture soon, or not at all. */
  public void offer(CachedImage picture) {
    threads.execute(() -> write(picture));
  }

  private void write(CachedImage picture) {
    try {
      cache.write(picture);
    } catch (IOException | RuntimeException e) { // clients of stores throw either
      dropped.inc();
      LOG.warn("A resized picture cannot be cached: {}", e.toString());
    }
  }

  /** Writes what is queued, within limits. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
