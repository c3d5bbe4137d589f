package io.github.satchel.job.fetch.web;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a download that takes too long, in all or without a sign of life. While the download is
 * paused by us, the time does not count.
 */
final class Watch implements TimerTask {

  private final Timer timer;
  private final long total;
  private final long idle;
  private final Consumer<Fault> expired;
  private final long started = System.nanoTime();
  private long touched = started;
  private long pausedAt;
  private long pausedFor;
  private boolean paused;
  private @Nullable Timeout timeout;
  private boolean stopped;

  Watch(Timer timer, Duration total, Duration idle, Consumer<Fault> expired) {
    this.timer = timer;
    this.total = total.toNanos();
    this.idle = idle.toNanos();
    this.expired = expired;
  }

  synchronized void start() {
    schedule(Math.min(total, idle));
  }

  /** There was a sign of life. */
  synchronized void touch() {
    touched = System.nanoTime();
  }

  synchronized void pause() {
    if (!paused) {
      paused = true;
      pausedAt = System.nanoTime();
    }
  }

  synchronized void resume() {
    if (paused) {
      paused = false;
      touched = System.nanoTime();
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
    return Duration.ofNanos(elapsedNanos(System.nanoTime()));
  }

  @Override
  public void run(Timeout due) {
    Fault fault;
    synchronized (this) {
      if (stopped) {
        return;
      }
      long now = System.nanoTime();
      long totalLeft = total - elapsedNanos(now);
      long idleLeft = paused ? idle : idle - (now - touched);
      if (totalLeft > 0 && idleLeft > 0) {
        schedule(Math.min(totalLeft, idleLeft));
        return;
      }
      fault = totalLeft > 0 ? Fault.silence() : Fault.slowness();
    }
    expired.accept(fault);
  }

  private long elapsedNanos(long now) {
    return (paused ? pausedAt : now) - started - pausedFor;
  }

  private void schedule(long nanos) {
    timeout = timer.newTimeout(this, nanos, TimeUnit.NANOSECONDS);
  }
}
