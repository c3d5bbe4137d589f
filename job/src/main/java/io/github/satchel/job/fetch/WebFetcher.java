package io.github.satchel.job.fetch;

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
final class WebFetcher {

  private final WebClient client;
  private final HostGate gate;
  private final FetchSettings settings;
  private final RetryPolicy retries;
  private final Timer timer;
  private final Clock clock;
  private final RandomGenerator random;
  private final WikimediaThumbnails thumbnails;
  private final Map<Wanted, Download> downloads = new HashMap<>();

  WebFetcher(
      WebClient client,
      HostGate gate,
      FetchSettings settings,
      Timer timer,
      Clock clock,
      RandomGenerator random) {
    this.client = client;
    this.gate = gate;
    this.settings = settings;
    this.retries =
        new RetryPolicy(settings.maxAttempts(), settings.retryDelay(), settings.maxRetryAfter());
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
   * @return to be run when it is no longer wanted; without effect once it is there
   */
  Runnable fetch(
      String url,
      Validators validators,
      Instant deadline,
      FetchMetrics metrics,
      Receiver receiver) {
    Wanted wanted;
    try {
      wanted = new Wanted(WebAddress.parse(url), validators);
    } catch (IllegalArgumentException e) {
      receiver.failed(Problems.unusableAddress());
      return () -> {};
    }
    Wish wish = new Wish(receiver, deadline);
    Download download;
    boolean first;
    synchronized (downloads) {
      Download present = downloads.get(wanted);
      first = present == null;
      download = present == null ? new Download(wanted, metrics) : present;
      downloads.put(wanted, download);
      download.wishes.add(wish);
    }
    if (first) {
      download.start();
    } else {
      metrics.shared();
    }
    return () -> download.forget(wish);
  }

  /** One call of the Wikimedia API, as patient as a download. */
  private void callApi(
      WebAddress address, FetchMetrics metrics, WikimediaThumbnails.Answer answer) {
    new WebAttempt(
            client,
            gate,
            settings,
            retries,
            metrics,
            address.host(),
            false,
            Validators.NONE,
            clock.instant().plus(settings.timeout()),
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
  private record Wanted(WebAddress address, Validators validators) {}

  /** Someone who wants a download; compared by identity. */
  private static final class Wish {
    private final Receiver receiver;
    private final Instant deadline;

    private Wish(Receiver receiver, Instant deadline) {
      this.receiver = receiver;
      this.deadline = deadline;
    }
  }

  /** A download and those who want it. */
  private final class Download {

    private final Wanted wanted;
    private final WebAddress original;
    private final FetchMetrics metrics;
    private final List<Wish> wishes = new ArrayList<>();
    private final Cancellation cancellation = new Cancellation();
    private WebAddress address;
    private int attempts;

    private Download(Wanted wanted, FetchMetrics metrics) {
      this.wanted = wanted;
      this.original = wanted.address();
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
              client,
              gate,
              settings,
              retries,
              metrics,
              original.host(),
              true,
              wanted.validators(),
              deadline(),
              cancellation,
              this::attempted)
          .start(address);
    }

    private void attempted(Reply reply) {
      if (reply instanceof Reply.Arrived arrived) {
        arrived(arrived.content(), arrived.origin(), arrived.share());
      } else if (reply instanceof Reply.Unchanged) {
        land().forEach(wish -> wish.receiver.unchanged());
      } else if (reply instanceof Reply.Failed failed) {
        failed(failed.fault());
      }
    }

    private void failed(Fault fault) {
      Optional<Duration> delay =
          retries.delay(attempts, fault, clock.instant(), deadline(), random);
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
        land().forEach(wish -> wish.receiver.failed(problem));
      }
    }

    private void arrived(byte[] content, Origin origin, ByteBudget.Share share) {
      List<Wish> granted = land();
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
      granted.forEach(wish -> wish.receiver.arrived(content, origin, release));
    }

    /** Those who still want it; from now on, others start anew. */
    private List<Wish> land() {
      synchronized (downloads) {
        downloads.remove(wanted, this);
        List<Wish> all = List.copyOf(wishes);
        wishes.clear();
        return all;
      }
    }

    private void forget(Wish wish) {
      synchronized (downloads) {
        if (!wishes.remove(wish) || !wishes.isEmpty()) {
          return;
        }
        downloads.remove(wanted, this);
      }
      cancellation.cancel();
    }

    /** The deadline of the most patient. */
    private Instant deadline() {
      synchronized (downloads) {
        return wishes.stream()
            .map(wish -> wish.deadline)
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
      }
    }
  }
}
