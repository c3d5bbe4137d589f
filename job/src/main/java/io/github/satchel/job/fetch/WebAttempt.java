package io.github.satchel.job.fetch;

import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Validators;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One attempt at an address, through its redirects. Each hop is a request of its own: its address
 * is checked, it waits for its own host's turn, and they share one time.
 *
 * <p>Redirects are followed here and not by the client because the client neither asks before each
 * hop nor counts them as a browser does.
 */
final class WebAttempt {

  private static final int MAX_REDIRECTS = 10;

  private final WebClient client;
  private final HostGate gate;
  private final FetchSettings settings;
  private final RetryPolicy retries;
  private final FetchMetrics metrics;
  private final String host;
  private final boolean pictureWanted;
  private final Validators validators;
  private final Instant deadline;
  private final Cancellation cancellation;
  private final Consumer<Reply> whenDone;
  private final List<String> hops = new ArrayList<>();

  /**
   * An attempt.
   *
   * @param host that messages name
   * @param pictureWanted whether anything but a picture is refused
   * @param validators of what need not come again; empty ones if it must
   * @param whenDone told once, from any thread, and never {@link Reply.Moved}; not told after a
   *     cancellation
   */
  WebAttempt(
      WebClient client,
      HostGate gate,
      FetchSettings settings,
      RetryPolicy retries,
      FetchMetrics metrics,
      String host,
      boolean pictureWanted,
      Validators validators,
      Instant deadline,
      Cancellation cancellation,
      Consumer<Reply> whenDone) {
    this.client = client;
    this.gate = gate;
    this.settings = settings;
    this.retries = retries;
    this.metrics = metrics;
    this.host = host;
    this.pictureWanted = pictureWanted;
    this.validators = validators;
    this.deadline = deadline;
    this.cancellation = cancellation;
    this.whenDone = whenDone;
  }

  void start(WebAddress address) {
    metrics.attempt();
    hop(address, 0, settings.timeout());
  }

  private void hop(WebAddress address, int redirects, Duration timeLeft) {
    if (!client.mayConnect(address)) {
      fail(Fault.lasting(Problems.blockedAddress(host)));
      return;
    }
    hops.add(address.origin());
    cancellation.onCancel(
        gate.enter(
            address.host(),
            deadline,
            new HostGate.Visitor() {
              @Override
              public void admitted(HostGate.Visit visit) {
                visit(visit, address, redirects, timeLeft);
              }

              @Override
              public void refused(Problem problem) {
                fail(Fault.lasting(problem));
              }
            }));
  }

  private void visit(HostGate.Visit visit, WebAddress address, int redirects, Duration timeLeft) {
    if (cancellation.isCancelled()) {
      visit.ended();
      return;
    }
    Exchange exchange =
        client.exchange(
            address,
            host,
            pictureWanted,
            timeLeft,
            (over, reply) -> {
              leave(visit, reply, over.isAnswered());
              if (reply instanceof Reply.Moved moved) {
                follow(address, moved.location(), redirects, timeLeft.minus(over.elapsed()));
              } else if (reply instanceof Reply.Arrived arrived) {
                whenDone.accept(arrived.reachedBy(List.copyOf(hops)));
              } else if (reply instanceof Reply.Unchanged && validators.isEmpty()) {
                fail(Fault.lasting(Problems.unreachable(host)));
              } else {
                whenDone.accept(reply);
              }
            });
    cancellation.onCancel(
        () -> {
          exchange.cancel();
          visit.ended();
        });
    client.send(exchange, address, validators);
  }

  private void leave(HostGate.Visit visit, Reply reply, boolean answered) {
    Fault.Kind kind =
        reply instanceof Reply.Failed failed ? failed.fault().kind() : Fault.Kind.FINAL;
    switch (kind) {
      case THROTTLED -> {
        metrics.throttled();
        visit.throttled(retries.pause(((Reply.Failed) reply).fault()));
      }
      case SILENCE, SLOWNESS -> visit.timedOut();
      case FINAL, PASSING -> {
        if (answered) {
          visit.answered();
        } else {
          visit.ended();
        }
      }
    }
  }

  private void follow(WebAddress from, String location, int redirects, Duration timeLeft) {
    if (redirects == MAX_REDIRECTS) {
      fail(Fault.lasting(Problems.unreachable(host)));
    } else if (timeLeft.isNegative() || timeLeft.isZero()) {
      fail(Fault.slowness());
    } else {
      metrics.redirected();
      try {
        hop(from.resolve(location), redirects + 1, timeLeft);
      } catch (IllegalArgumentException e) {
        fail(Fault.lasting(Problems.unreachable(host)));
      }
    }
  }

  private void fail(Fault fault) {
    whenDone.accept(new Reply.Failed(fault));
  }
}
