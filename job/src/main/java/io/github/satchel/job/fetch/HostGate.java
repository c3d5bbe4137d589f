package io.github.satchel.job.fetch;

import io.github.satchel.job.model.Problem;
import io.netty.util.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Good manners towards hosts, for a whole task manager: so many visitors to a host at once, in
 * order of arrival, and none while it asks to be left alone.
 *
 * <p>The ceiling follows the host as TCP follows a network (additive increase, multiplicative
 * decrease): halved when the host throttles, one up with every answer. A host that has let {@code
 * maxPerHost} visitors, three at least, in a row run into a time-out is dead: for a while everyone
 * who wants to it is refused at once, so that its images do not keep the places that others could
 * use. Then one visitor finds out whether it is back.
 */
final class HostGate {

  /** Beyond so many hosts, those that nobody visits are forgotten. */
  private static final int MAX_REMEMBERED = 10_000;

  /** Fewer time-outs than these say nothing about a host, however few visitors it may have. */
  private static final int MIN_TIMEOUTS = 3;

  private final int maxPerHost;
  private final Duration deadHostPause;
  private final Clock clock;
  private final Timer timer;
  private final Map<String, Host> hosts = new HashMap<>();

  HostGate(int maxPerHost, Duration deadHostPause, Clock clock, Timer timer) {
    this.maxPerHost = maxPerHost;
    this.deadHostPause = deadHostPause;
    this.clock = clock;
    this.timer = timer;
  }

  /** Someone who wants to a host: admitted or refused, once, from any thread. */
  interface Visitor {
    void admitted(Visit visit);

    void refused(Problem problem);
  }

  /**
   * Waits for a turn at a host.
   *
   * @param host as {@link WebAddress} writes it
   * @param latest when a turn is of no use any more
   * @return to be run if the turn is no longer wanted; without effect once there was an answer
   */
  Runnable enter(String host, Instant latest, Visitor visitor) {
    Waiting waiting = new Waiting(visitor, latest);
    List<Runnable> calls;
    synchronized (this) {
      if (hosts.size() >= MAX_REMEMBERED) {
        hosts.values().removeIf(Host::isIdle);
      }
      Host at = hosts.computeIfAbsent(host, Host::new);
      at.waiting.add(waiting);
      calls = at.next();
    }
    calls.forEach(Runnable::run);
    return () -> {
      synchronized (this) {
        Host at = hosts.get(host);
        if (at != null) {
          at.waiting.remove(waiting);
        }
      }
    };
  }

  private void wakeAfter(Host host, Duration pause) {
    timer.newTimeout(timeout -> wake(host), pause.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  private void wake(Host host) {
    List<Runnable> calls;
    synchronized (this) {
      calls = host.next();
      Duration left = Duration.between(clock.instant(), host.pausedUntil);
      if (!host.waiting.isEmpty() && !left.isNegative()) { // timer and clock may differ a little
        wakeAfter(host, left);
      }
    }
    calls.forEach(Runnable::run);
  }

  /** Compared by identity: two visitors are never the same one. */
  private static final class Waiting {
    private final Visitor visitor;
    private final Instant latest;

    private Waiting(Visitor visitor, Instant latest) {
      this.visitor = visitor;
      this.latest = latest;
    }
  }

  /** A place at a host; given back by one of its methods, the first that is called. */
  final class Visit {

    private final Host host;
    private boolean over;

    private Visit(Host host) {
      this.host = host;
    }

    /** The host answered. */
    void answered() {
      leave(
          () -> {
            host.timeoutsInARow = 0;
            host.ceiling = Math.min(maxPerHost, host.ceiling + 1);
          });
    }

    /** The visit ended in a way that says nothing about the host. */
    void ended() {
      leave(() -> {});
    }

    /** The host let the visitor run into a time-out. */
    void timedOut() {
      leave(
          () -> {
            if (++host.timeoutsInARow >= Math.max(maxPerHost, MIN_TIMEOUTS)) {
              host.deadUntil = clock.instant().plus(deadHostPause);
              host.ceiling = 1;
            }
          });
    }

    /** The host asked everyone to wait. */
    void throttled(Duration pause) {
      leave(
          () -> {
            host.timeoutsInARow = 0;
            host.ceiling = Math.max(1, host.ceiling / 2);
            Instant until = clock.instant().plus(pause);
            if (until.isAfter(host.pausedUntil)) {
              host.pausedUntil = until;
              wakeAfter(host, pause);
            }
          });
    }

    private void leave(Runnable lesson) {
      List<Runnable> calls;
      synchronized (HostGate.this) {
        if (over) {
          return;
        }
        over = true;
        host.visitors--;
        lesson.run();
        calls = host.next();
      }
      calls.forEach(Runnable::run);
    }
  }

  private final class Host {

    private final String name;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int visitors;
    private int ceiling = maxPerHost;
    private int timeoutsInARow;
    private Instant pausedUntil = Instant.EPOCH;
    private Instant deadUntil = Instant.EPOCH;

    private Host(String name) {
      this.name = name;
    }

    private boolean isIdle() {
      return visitors == 0 && waiting.isEmpty();
    }

    /** Whom to tell what, outside of the lock. */
    private List<Runnable> next() {
      List<Runnable> calls = new ArrayList<>();
      Instant now = clock.instant();
      if (now.isBefore(deadUntil)) {
        waiting.forEach(each -> calls.add(() -> each.visitor.refused(Problems.timeout())));
        waiting.clear();
      } else if (now.isBefore(pausedUntil)) {
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
          Waiting each = all.next();
          if (each.latest.isBefore(pausedUntil)) {
            all.remove();
            calls.add(() -> each.visitor.refused(Problems.throttled(name)));
          }
        }
      } else {
        while (visitors < ceiling && !waiting.isEmpty()) {
          Waiting first = waiting.remove();
          visitors++;
          calls.add(() -> first.visitor.admitted(new Visit(this)));
        }
      }
      return calls;
    }
  }
}
