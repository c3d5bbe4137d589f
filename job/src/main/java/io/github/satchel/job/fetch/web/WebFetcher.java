package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.Origin;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.fetch.source.Receiver;
import io.github.satchel.job.fetch.source.WebAddress;
import io.github.satchel.job.fetch.wikimedia.WikimediaThumbnails;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Validators;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Fetches images from the web. Those who want the same address at the same time share one download.
 */
public final class WebFetcher {

  private final WebAttempt.Resources resources;
  private final Timer timer;
  private final Clock clock;
  private final RandomGenerator random;
  private final WikimediaThumbnails thumbnails;
  private final Map<Target, Download> downloads = new HashMap<>();

  public WebFetcher(
      WebClient client,
      HostLimiter limiter,
      FetchSettings settings,
      Timer timer,
      Clock clock,
      RandomGenerator random) {
    var retries =
        new RetryPolicy(settings.maxAttempts(), settings.retryDelay(), settings.maxRetryAfter());
    resources = new WebAttempt.Resources(client, limiter, settings, retries);
    this.timer = timer;
    this.clock = clock;
    this.random = random;
    this.thumbnails = new WikimediaThumbnails(settings, timer, this::callApi);
  }

  /**
   * Fetches an image.
   *
   * @param validators of what need not come again; empty ones if it must
   * @param deadline until which it is worth while
   * @return to be run when it is no longer target; without effect once it is there
   */
  public Runnable fetch(
      String url,
      Validators validators,
      Instant deadline,
      FetchMetrics metrics,
      Receiver receiver) {
    Target target;
    try {
      target = new Target(WebAddress.parse(url), validators);
    } catch (IllegalArgumentException e) {
      receiver.failed(Problems.unusableAddress());
      return () -> {};
    }
    Subscriber subscriber = new Subscriber(receiver, deadline);
    Download download;
    boolean first;
    synchronized (downloads) {
      Download present = downloads.get(target);
      first = present == null;
      download = present == null ? new Download(target, metrics) : present;
      downloads.put(target, download);
      download.subscribers.add(subscriber);
    }
    if (first) {
      download.start();
    } else {
      metrics.shared();
    }
    return () -> download.unsubscribe(subscriber);
  }

  /** One call of the Wikimedia API, as patient as a download. */
  private void callApi(
      WebAddress address, FetchMetrics metrics, WikimediaThumbnails.Answer answer) {
    new WebAttempt(
            resources,
            new WebAttempt.Query(
                address.host(),
                false,
                Validators.NONE,
                clock.instant().plus(resources.settings().timeout())),
            metrics,
            new Cancellation(),
            reply -> {
              if (reply instanceof Reply.Arrived arrived) {
                answer.arrived(arrived.content());
                arrived.share().release();
              } else {
                answer.failed();
              }
            })
        .start(address);
  }

  /** Downloads are shared by those who want the same. */
  private record Target(WebAddress address, Validators validators) {}

  /** Someone who wants a download; compared by identity. */
  private static final class Subscriber {
    private final Receiver receiver;
    private final Instant deadline;

    private Subscriber(Receiver receiver, Instant deadline) {
      this.receiver = receiver;
      this.deadline = deadline;
    }
  }

  /** A download and those who want it. */
  private final class Download {

    private final Target target;
    private final WebAddress original;
    private final FetchMetrics metrics;
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Cancellation cancellation = new Cancellation();
    private WebAddress address;
    private int attempts;

    private Download(Target target, FetchMetrics metrics) {
      this.target = target;
      this.original = target.address();
      this.address = original;
      this.metrics = metrics;
    }

    private void start() {
      thumbnails.lookup(
          original,
          metrics,
          thumbnail -> {
            address = thumbnail.orElse(original);
            attempt();
          });
    }

    private void attempt() {
      if (cancellation.isCancelled()) {
        return;
      }
      attempts++;
      new WebAttempt(
              resources,
              new WebAttempt.Query(original.host(), true, target.validators(), deadline()),
              metrics,
              cancellation,
              this::attempted)
          .start(address);
    }

    private void attempted(Reply reply) {
      if (reply instanceof Reply.Arrived arrived) {
        arrived(arrived.content(), arrived.origin(), arrived.share());
      } else if (reply instanceof Reply.Unchanged) {
        complete().forEach(subscriber -> subscriber.receiver.unchanged());
      } else if (reply instanceof Reply.Failed failed) {
        failed(failed.fault());
      }
    }

    private void failed(Fault fault) {
      Optional<Duration> delay =
          resources.retries().delay(attempts, fault, clock.instant(), deadline(), random);
      if (delay.isPresent()) {
        metrics.retried();
        Timeout next =
            timer.newTimeout(timeout -> attempt(), delay.get().toNanos(), TimeUnit.NANOSECONDS);
        cancellation.onCancel(next::cancel);
      } else if (!address.equals(original)) {
        address = original;
        attempts = 0;
        attempt();
      } else {
        Problem problem = fault.problem();
        complete().forEach(subscriber -> subscriber.receiver.failed(problem));
      }
    }

    private void arrived(byte[] content, Origin origin, ByteBudget.Share share) {
      List<Subscriber> granted = complete();
      if (granted.isEmpty()) {
        share.release();
        return;
      }
      AtomicInteger holders = new AtomicInteger(granted.size());
      Runnable release =
          () -> {
            if (holders.decrementAndGet() == 0) {
              share.release();
            }
          };
      granted.forEach(subscriber -> subscriber.receiver.arrived(content, origin, release));
    }

    /** Ends the download for its subscribers; from now on, others start anew. */
    private List<Subscriber> complete() {
      synchronized (downloads) {
        downloads.remove(target, this);
        List<Subscriber> all = List.copyOf(subscribers);
        subscribers.clear();
        return all;
      }
    }

    private void unsubscribe(Subscriber subscriber) {
      synchronized (downloads) {
        if (!subscribers.remove(subscriber) || !subscribers.isEmpty()) {
          return;
        }
        downloads.remove(target, this);
      }
      cancellation.cancel();
    }

    /** The deadline of the most patient. */
    private Instant deadline() {
      synchronized (downloads) {
        return subscribers.stream()
            .map(subscriber -> subscriber.deadline)
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
      }
    }
  }
}
