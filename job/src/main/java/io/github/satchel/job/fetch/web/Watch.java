package io.github.satchel.job.fetch.web;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a download that takes too long, in all or without a sign of life. While the download is
 * paused by us, the time does not count; nor is it the host's fault if an answer has come and this
 * machine was too busy to read it.
 */
final class Watch {

  private final Timer timer;
  private final long total;
  private final long idle;
  private final LongSupplier nanoTime;
  private final Consumer<Runnable> afterReads;
  private final Consumer<Fault> expired;
  private final long started;
  private long touched;
  private long pausedAt;
  private long pausedFor;
  private boolean paused;
  private @Nullable Timeout timeout;
  private boolean stopped;

  /**
   * A watch.
   *
   * @param afterReads runs an action, soon, after what has arrived by now was read
   * @param expired told why, at most once
   */
  Watch(
      Timer timer,
      LongSupplier nanoTime,
      Duration total,
      Duration idle,
      Consumer<Runnable> afterReads,
      Consumer<Fault> expired) {
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.total = total.toNanos();
    this.idle = idle.toNanos();
    this.afterReads = afterReads;
    this.expired = expired;
    started = nanoTime.getAsLong();
    touched = started;
  }

  synchronized void start() {
    schedule(Math.min(total, idle));
  }

  /** There was a sign of life. */
  synchronized void touch() {
    touched = nanoTime.getAsLong();
  }

  synchronized void pause() {
    if (!paused) {
      paused = true;
      pausedAt = nanoTime.getAsLong();
    }
  }

  synchronized void resume() {
    if (paused) {
      paused = false;
      touched = nanoTime.getAsLong();
      pausedFor += touched - pausedAt;
    }
  }

  synchronized void stop() {
    stopped = true;
    if (timeout != null) {
      timeout.cancel();
    }
  }

  /** How long it took, without the pauses. */
  synchronized Duration elapsed() {
    return Duration.ofNanos(elapsedNanos(nanoTime.getAsLong()));
  }

  /** What the timer runs. */
  void run() {
    if (look() != null) {
      afterReads.accept(
          () -> {
            Fault fault = look();
            if (fault != null) {
              expired.accept(fault);
            }
          });
    }
  }

  /** Why the time is up; if it is not, it is looked at again when it can be. */
  private synchronized @Nullable Fault look() {
    if (stopped) {
      return null;
    }
    long now = nanoTime.getAsLong();
    long totalLeft = total - elapsedNanos(now);
    long idleLeft = paused ? idle : idle - (now - touched);
    if (totalLeft > 0 && idleLeft > 0) {
      schedule(Math.min(totalLeft, idleLeft));
      return null;
    }
    return totalLeft > 0 ? Fault.silence() : Fault.slowness();
  }

  private long elapsedNanos(long now) {
    return (paused ? pausedAt : now) - started - pausedFor;
  }

  private void schedule(long nanos) {
    timeout = timer.newTimeout(due -> run(), nanos, TimeUnit.NANOSECONDS);
  }
}
