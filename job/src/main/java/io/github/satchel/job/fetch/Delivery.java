package io.github.satchel.job.fetch;

import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Provenance;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.jspecify.annotations.Nullable;

/** Brings what became of one task to the async operator: the first outcome, and no other. */
final class Delivery implements ImageReceiver {

  private final ImageTask task;
  private final ResultFuture<FetchedImage> result;
  private final FetchMetrics metrics;
  private final Clock clock;
  private final Runnable emitted;
  private final Instant started;
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile @Nullable Runnable release;
  private volatile boolean abandoned;
  private @Nullable Timeout deadline;
  private @Nullable Runnable cancel;

  /**
   * A delivery.
   *
   * @param emitted run when the image was handed downstream, or there is none to hand
   */
  Delivery(
      ImageTask task,
      ResultFuture<FetchedImage> result,
      FetchMetrics metrics,
      Clock clock,
      Runnable emitted) {
    this.task = task;
    this.result = result;
    this.metrics = metrics;
    this.clock = clock;
    this.emitted = emitted;
    this.started = clock.instant();
  }

  /** Fails the task when its time is up. */
  synchronized void endAt(Timer timer, Duration left) {
    deadline =
        timer.newTimeout(
            timeout -> failed(Problems.deadline()), left.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Says how to give up the fetch when its outcome is no longer wanted. */
  void cancelWith(Runnable cancelFetch) {
    synchronized (this) {
      cancel = cancelFetch;
    }
    if (done.get()) {
      cancelFetch.run();
    }
  }

  @Override
  public void arrived(byte[] content, @Nullable Provenance provenance, Runnable releaseContent) {
    arrived(FetchedImage.of(task, content, provenance), releaseContent);
  }

  @Override
  public void resized(byte[] content, String extension, Runnable releaseContent) {
    arrived(FetchedImage.resized(task, content, extension), releaseContent);
  }

  private void arrived(FetchedImage image, Runnable releaseContent) {
    if (!done.compareAndSet(false, true)) {
      releaseContent.run();
      return;
    }
    release = releaseContent;
    if (abandoned) {
      letGo();
    }
    settle();
    metrics.arrived(elapsed());
    complete(image);
  }

  @Override
  public void failed(Problem problem) {
    if (done.compareAndSet(false, true)) {
      settle();
      metrics.failed(problem.code(), elapsed());
      complete(FetchedImage.failed(task, problem));
    }
  }

  /** Gives up: whatever arrives is not wanted, whatever arrived is let go. */
  void abandon() {
    abandoned = true;
    if (done.compareAndSet(false, true)) {
      settle();
    } else {
      letGo();
    }
  }

  private void letGo() {
    Runnable content = release;
    if (content != null && released.compareAndSet(false, true)) {
      content.run();
    }
  }

  private void settle() {
    Timeout timeout;
    Runnable cancelFetch;
    synchronized (this) {
      timeout = deadline;
      cancelFetch = cancel;
    }
    if (timeout != null) {
      timeout.cancel();
    }
    if (cancelFetch != null) {
      cancelFetch.run();
    }
  }

  private Duration elapsed() {
    return Duration.between(started, clock.instant());
  }

  private void complete(FetchedImage image) {
    try {
      result.complete(new Emission(image));
    } catch (RejectedExecutionException e) {
      // The task is being cancelled and its mailbox is closed: close() lets the content go.
    }
  }

  /**
   * The one element of a result. The async operator keeps a result in its queue until downstream
   * has room, then iterates over it and emits what it finds; so the moment at which the bytes have
   * left this operator is when it asks for a second element.
   */
  private final class Emission extends AbstractCollection<FetchedImage> {

    private final FetchedImage image;

    Emission(FetchedImage image) {
      this.image = image;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public Iterator<FetchedImage> iterator() {
      return new Iterator<>() {
        private boolean taken;

        @Override
        public boolean hasNext() {
          if (taken) {
            letGo();
            emitted.run();
          }
          return !taken;
        }

        @Override
        public FetchedImage next() {
          if (taken) {
            throw new NoSuchElementException();
          }
          taken = true;
          return image;
        }
      };
    }
  }
}
