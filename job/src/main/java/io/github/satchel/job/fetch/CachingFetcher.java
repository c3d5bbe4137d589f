package io.github.satchel.job.fetch;

import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.cache.CachedImage;
import io.github.satchel.job.cache.ImageCache;
import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.Origin;
import io.github.satchel.job.fetch.source.Receiver;
import io.github.satchel.job.fetch.web.Cancellation;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Provenance;
import io.github.satchel.job.model.Validators;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks among the cached images before it asks an origin. One that was checked lately is used as it
 * is, if every host that led to it may still be connected to; an older one when its origin says
 * that nothing has changed. Whatever goes wrong with the cache, the picture is fetched.
 *
 * <p>A cached image that waits for its origin is not held in memory: what waits must not hold what
 * others wait for.
 */
final class CachingFetcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CachingFetcher.class);

  /**
   * They wait for the store, three round trips a picture: at 30 ms each these serve 350 pictures a
   * second, so that what {@code dispatch.in-flight} lets through is read within the time-out.
   */
  private static final int THREADS = 32;

  private static final long KEEP_ALIVE_SECONDS = 30;

  private final ImageCache cache;
  private final CacheSettings settings;
  private final ImageSource origin;
  private final HostCheck hosts;
  private final ByteBudget budget;
  private final Timer timer;
  private final Clock clock;
  private final ThreadPoolExecutor threads;

  /** Fetches images from where they come from. */
  interface ImageSource {
    /**
     * Fetches an image.
     *
     * @return to be run when it is no longer wanted
     */
    Runnable fetch(ImageTask task, Validators validators, FetchMetrics metrics, Receiver receiver);
  }

  /** Says whether hosts may be connected to. */
  interface HostCheck {
    /**
     * Runs one of the two, in any thread.
     *
     * @param origins as in {@link Provenance#hosts}
     */
    void check(List<String> origins, Runnable allowed, Runnable refused);
  }

  CachingFetcher(
      CacheSettings settings,
      ImageSource origin,
      HostCheck hosts,
      ByteBudget budget,
      Timer timer,
      Clock clock) {
    this.cache = new ImageCache(settings, clock);
    this.settings = settings;
    this.origin = origin;
    this.hosts = hosts;
    this.budget = budget;
    this.timer = timer;
    this.clock = clock;
    // What waits here is bounded by the places of the fetch stages.
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("satchel-fetch-cache", true));
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Fetches an image.
   *
   * @return to be run when it is no longer wanted; without effect once it is there
   */
  Runnable fetch(ImageTask task, FetchMetrics metrics, ImageReceiver receiver) {
    var search = new Search(task, metrics, receiver);
    search.start();
    return search.cancellation::cancel;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private interface Step {
    void run() throws IOException;
  }

  private final class Search implements Receiver {

    private final ImageTask task;
    private final String key;
    private final FetchMetrics metrics;
    private final ImageReceiver receiver;
    private final Cancellation cancellation = new Cancellation();

    private Search(ImageTask task, FetchMetrics metrics, ImageReceiver receiver) {
      this.task = task;
      this.key = cache.key(task);
      this.metrics = metrics;
      this.receiver = receiver;
    }

    private void start() {
      new Lookup(
              (picture, share) -> {
                if (cache.isFresh(picture)) {
                  hosts.check(
                      picture.provenance().hosts(),
                      () -> {
                        metrics.cacheHit();
                        receiver.resized(picture.content(), picture.extension(), share::release);
                      },
                      () -> {
                        share.release();
                        fetchAnew();
                      });
                } else {
                  share.release();
                  ask(picture.provenance().validators());
                }
              })
          .start();
    }

    private void fetchAnew() {
      metrics.cacheMissed();
      ask(Validators.NONE);
    }

    private void ask(Validators validators) {
      if (!cancellation.isCancelled()) {
        cancellation.onCancel(origin.fetch(task, validators, metrics, this));
      }
    }

    @Override
    public void arrived(byte[] content, Origin from, Runnable release) {
      receiver.arrived(
          content,
          from.storable()
              ? new Provenance(key, from.validators(), from.hosts(), clock.instant())
              : null,
          release);
    }

    @Override
    public void unchanged() {
      new Lookup(
              (picture, share) -> {
                metrics.cacheRevalidated();
                receiver.resized(picture.content(), picture.extension(), share::release);
                cache.write(picture.checked(clock));
              })
          .start();
    }

    @Override
    public void failed(Problem problem) {
      receiver.failed(problem);
    }

    /** What to do with a picture that is there, on a thread that may block. */
    private interface Use {
      void of(CachedImage picture, ByteBudget.Share share) throws IOException;
    }

    /** Reads the cached image once; without one, or if that takes too long, fetches it. */
    private final class Lookup {

      private final Use use;
      private final ByteBudget.Share share = budget.share();
      private final AtomicBoolean over = new AtomicBoolean();

      private Lookup(Use use) {
        this.use = use;
      }

      private void start() {
        Timeout timeout =
            timer.newTimeout(
                due -> giveUp("no answer within " + settings.timeout()),
                settings.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        cancellation.onCancel(
            () -> {
              timeout.cancel();
              if (over.compareAndSet(false, true)) {
                share.release();
              }
            });
        submit(this::measure);
      }

      private void submit(Step step) {
        try {
          threads.execute(() -> run(step));
        } catch (RejectedExecutionException closed) {
          LOG.debug("Closed before {} was looked for", key);
        }
      }

      private void run(Step step) {
        try {
          step.run();
        } catch (IOException | RuntimeException e) { // clients of stores throw either
          giveUp(e.toString());
        }
      }

      private void measure() throws IOException {
        long length = cache.length(key);
        if (length > 0) {
          share.reserve(length, () -> submit(() -> read((int) length)));
        } else {
          nothing();
        }
      }

      private void read(int length) throws IOException {
        CachedImage picture = cache.read(key, length);
        if (picture == null) {
          nothing();
        } else if (over.compareAndSet(false, true)) {
          use.of(picture, share);
        }
      }

      private void giveUp(String reason) {
        if (over.compareAndSet(false, true)) {
          LOG.warn("Cached images cannot be read: {}", reason);
          metrics.cacheFailed();
          share.release();
          ask(Validators.NONE);
        }
      }

      private void nothing() {
        if (over.compareAndSet(false, true)) {
          share.release();
          fetchAnew();
        }
      }
    }
  }
}
