package io.github.satchel.job.fetch;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.NameResolvers;
import io.github.satchel.job.fetch.source.Origin;
import io.github.satchel.job.fetch.source.Receiver;
import io.github.satchel.job.fetch.store.StoreFetcher;
import io.github.satchel.job.fetch.web.HostLimiter;
import io.github.satchel.job.fetch.web.WebClient;
import io.github.satchel.job.fetch.web.WebFetcher;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Validators;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What all fetch functions of a task manager have in common if their settings are the same: the
 * HTTP client with its connections and threads, the memory budget, what is known about hosts, and
 * the downloads that are going on. Opened by its first user and closed with its last; the class,
 * and so the table of what is open, is the job's own, so nothing outlives the job's class loader.
 */
final class FetchResources {

  private static final Map<Key, FetchResources> OPEN = new HashMap<>();

  /** Every tick wakes a thread, whether or not there is something to do. */
  private static final int TICK_MILLIS = 100;

  /** Bytes of images that wait for the resize stage, enough for some tenths of a second. */
  private static final long AHEAD = 8 << 20;

  private final Key key;
  private final ByteBudget budget;
  private final HashedWheelTimer timer;
  private final WebClient client;
  private final WebFetcher web;
  private final StoreFetcher store;
  private final @Nullable CachingFetcher cache;
  private int users;

  private FetchResources(Key key) {
    this.key = key;
    FetchSettings settings = key.settings;
    long largest = settings.maxSize() + 1L; // the byte that tells that a download is too large
    long memory =
        settings.memory() != null
            ? settings.memory()
            : Math.max(largest, Runtime.getRuntime().maxMemory() / 4);
    budget = new ByteBudget(memory, largest, Math.min(memory / 2, AHEAD));
    timer =
        new HashedWheelTimer(
            new DefaultThreadFactory("satchel-fetch-timer", true),
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);
    client = new WebClient(settings, key.clock, timer, budget, key.nameResolvers);
    HostLimiter limiter =
        new HostLimiter(settings.maxPerHost(), settings.deadHostPause(), key.clock, timer);
    web = new WebFetcher(client, limiter, settings, timer, key.clock, new Random());
    store = new StoreFetcher(settings, budget, timer);
    cache =
        settings.cache() == null
            ? null
            : new CachingFetcher(
                settings.cache(), this::fetchFromOrigin, client::check, budget, timer, key.clock);
  }

  /** The resources for these settings; every user {@linkplain #release() releases} them once. */
  static FetchResources acquire(FetchSettings settings, Clock clock, NameResolvers nameResolvers) {
    synchronized (OPEN) {
      FetchResources resources =
          OPEN.computeIfAbsent(new Key(settings, clock, nameResolvers), FetchResources::new);
      resources.users++;
      return resources;
    }
  }

  void release() {
    synchronized (OPEN) {
      users--;
      if (users > 0) {
        return;
      }
      OPEN.remove(key);
    }
    if (cache != null) {
      cache.close();
    }
    store.close();
    client.close();
    timer.stop();
  }

  ByteBudget budget() {
    return budget;
  }

  /** Whether BoringSSL encrypts downloads, not the JVM. */
  boolean hasNativeTls() {
    return client.hasNativeTls();
  }

  Timer timer() {
    return timer;
  }

  /**
   * Fetches an image.
   *
   * @return to be run when it is no longer wanted; without effect once it is there
   */
  Runnable fetch(ImageTask task, FetchMetrics metrics, ImageReceiver receiver) {
    return cache == null
        ? fetchFromOrigin(task, Validators.NONE, metrics, new Uncached(receiver))
        : cache.fetch(task, metrics, receiver);
  }

  private Runnable fetchFromOrigin(
      ImageTask task, Validators validators, FetchMetrics metrics, Receiver receiver) {
    ImageLocation location = task.location();
    return switch (location.type()) {
      case DOWNLOAD ->
          web.fetch(
              Objects.requireNonNull(location.url()),
              validators,
              task.deadline(),
              metrics,
              receiver);
      case RETRIEVE -> store.fetch(Objects.requireNonNull(location.spec()), validators, receiver);
    };
  }

  /** Hands on what arrives; nothing was asked for on condition. */
  private record Uncached(ImageReceiver receiver) implements Receiver {

    @Override
    public void arrived(byte[] content, Origin origin, Runnable release) {
      receiver.arrived(content, null, release);
    }

    @Override
    public void unchanged() {
      throw new IllegalStateException("asked for without validators");
    }

    @Override
    public void failed(Problem problem) {
      receiver.failed(problem);
    }
  }

  private record Key(FetchSettings settings, Clock clock, NameResolvers nameResolvers) {}
}
