package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.fetch.source.WebAddress;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Validators;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One attempt at an address, through its redirects. Each hop is a request of its own: its address
 * is checked, it waits for a permit of its own host, and they share one time.
 *
 * <p>Redirects are followed here and not by the client because the client neither asks before each
 * hop nor counts them as a browser does.
 */
final class WebAttempt {

  private static final int MAX_REDIRECTS = 10;

  private final Resources resources;
  private final Query query;
  private final FetchMetrics metrics;
  private final Cancellation cancellation;
  private final Consumer<Reply> whenDone;
  private final List<String> hops = new ArrayList<>();

  /** What all attempts of a task manager share. */
  record Resources(
      WebClient client, HostLimiter limiter, FetchSettings settings, RetryPolicy retries) {}

  /**
   * What is asked for.
   *
   * @param host that messages name
   * @param pictureWanted whether anything but a picture is refused
   * @param validators of what need not come again; empty ones if it must
   * @param deadline until which it is worth while
   */
  record Query(String host, boolean pictureWanted, Validators validators, Instant deadline) {}

  /**
   * An attempt.
   *
   * @param whenDone called once, from any thread, and never with {@link Reply.Moved}; not called
   *     after a cancellation
   */
  WebAttempt(
      Resources resources,
      Query query,
      FetchMetrics metrics,
      Cancellation cancellation,
      Consumer<Reply> whenDone) {
    this.resources = resources;
    this.query = query;
    this.metrics = metrics;
    this.cancellation = cancellation;
    this.whenDone = whenDone;
  }

  void start(WebAddress address) {
    metrics.attempt();
    hop(address, 0, resources.settings().timeout());
  }

  private void hop(WebAddress address, int redirects, Duration timeLeft) {
    if (!resources.client().mayConnect(address)) {
      fail(Fault.lasting(Problems.blockedAddress(query.host())));
      return;
    }
    hops.add(address.origin());
    cancellation.onCancel(
        resources
            .limiter()
            .acquire(
                address.host(),
                query.deadline(),
                new HostLimiter.Waiter() {
                  @Override
                  public void granted(HostLimiter.Permit permit) {
                    send(permit, address, redirects, timeLeft);
                  }

                  @Override
                  public void refused(Problem problem) {
                    fail(Fault.lasting(problem));
                  }
                }));
  }

  private void send(
      HostLimiter.Permit permit, WebAddress address, int redirects, Duration timeLeft) {
    if (cancellation.isCancelled()) {
      permit.ended();
      return;
    }
    Exchange exchange =
        resources
            .client()
            .exchange(
                address,
                query,
                timeLeft,
                (over, reply) -> {
                  release(permit, reply, over.isAnswered());
                  if (reply instanceof Reply.Moved moved) {
                    follow(address, moved.location(), redirects, timeLeft.minus(over.elapsed()));
                  } else if (reply instanceof Reply.Arrived arrived) {
                    whenDone.accept(arrived.reachedBy(List.copyOf(hops)));
                  } else if (reply instanceof Reply.Unchanged && query.validators().isEmpty()) {
                    fail(Fault.lasting(Problems.unreachable(query.host())));
                  } else {
                    whenDone.accept(reply);
                  }
                });
    cancellation.onCancel(
        () -> {
          exchange.cancel();
          permit.ended();
        });
    resources.client().send(exchange, address, query.validators());
  }

  private void release(HostLimiter.Permit permit, Reply reply, boolean answered) {
    Fault.Kind kind =
        reply instanceof Reply.Failed failed ? failed.fault().kind() : Fault.Kind.FINAL;
    switch (kind) {
      case THROTTLED -> {
        metrics.throttled();
        permit.throttled(resources.retries().pause(((Reply.Failed) reply).fault()));
      }
      case SILENCE, SLOWNESS -> permit.timedOut();
      case FINAL, PASSING -> {
        if (answered) {
          permit.answered();
        } else {
          permit.ended();
        }
      }
    }
  }

  private void follow(WebAddress from, String location, int redirects, Duration timeLeft) {
    if (redirects == MAX_REDIRECTS) {
      fail(Fault.lasting(Problems.unreachable(query.host())));
    } else if (timeLeft.isNegative() || timeLeft.isZero()) {
      fail(Fault.slowness());
    } else {
      metrics.redirected();
      try {
        hop(from.resolve(location), redirects + 1, timeLeft);
      } catch (IllegalArgumentException e) {
        fail(Fault.lasting(Problems.unreachable(query.host())));
      }
    }
  }

  private void fail(Fault fault) {
    whenDone.accept(new Reply.Failed(fault));
  }
}
