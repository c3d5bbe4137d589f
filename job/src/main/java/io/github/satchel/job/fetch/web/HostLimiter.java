package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.Problems;
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
 * Limits how many requests a task manager has open to a host: so many permits at once, granted in
 * order of arrival, and none during a cool-down that the host asked for.
 *
 * <p>The ceiling follows the host as TCP follows a network (additive increase, multiplicative
 * decrease): halved when the host throttles, one up with every answer. A host at which {@code
 * maxPerHost} requests in a row, three at least, ran into a time-out is dead: for a while every
 * request for a permit is refused at once, so that its images do not keep the places that others
 * could use. Then one request finds out whether it is back.
 */
public final class HostLimiter {

  /** Beyond so many hosts, those without a request are forgotten. */
  private static final int MAX_REMEMBERED = 10_000;

  /** Fewer time-outs than these say nothing about a host, however few permits it may have. */
  private static final int MIN_TIMEOUTS = 3;

  private final int maxPerHost;
  private final Duration deadHostPause;
  private final Clock clock;
  private final Timer timer;
  private final Map<String, Host> hosts = new HashMap<>();

  public HostLimiter(int maxPerHost, Duration deadHostPause, Clock clock, Timer timer) {
    this.maxPerHost = maxPerHost;
    this.deadHostPause = deadHostPause;
    this.clock = clock;
    this.timer = timer;
  }

  /** Waits for a permit: it is granted or refused, once, from any thread. */
  interface Waiter {
    void granted(Permit permit);

    void refused(Problem problem);
  }

  /**
   * Waits for a permit.
   *
   * @param host as {@code WebAddress} writes it
   * @param latest when a permit is of no use any more
   * @return to be run if the permit is no longer wanted; without effect once there was an answer
   */
  public Runnable acquire(String host, Instant latest, Waiter waiter) {
    Waiting waiting = new Waiting(waiter, latest);
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

  private void resumeAfter(Host host, Duration pause) {
    timer.newTimeout(timeout -> resume(host), pause.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  private void resume(Host host) {
    List<Runnable> calls;
    synchronized (this) {
      calls = host.next();
      Duration left = Duration.between(clock.instant(), host.coolDownUntil);
      if (!host.waiting.isEmpty() && !left.isNegative()) { // timer and clock may differ a little
        resumeAfter(host, left);
      }
    }
    calls.forEach(Runnable::run);
  }

  /** Compared by identity: no two are the same. */
  private static final class Waiting {
    private final Waiter waiter;
    private final Instant latest;

    private Waiting(Waiter waiter, Instant latest) {
      this.waiter = waiter;
      this.latest = latest;
    }
  }

  /**
   * Leave for one request to a host; given back by one of its methods, the first that is called.
   */
  final class Permit {

    private final Host host;
    private boolean over;

    private Permit(Host host) {
      this.host = host;
    }

    /** The host answered. */
    public void answered() {
      release(
          () -> {
            host.timeoutsInARow = 0;
            host.ceiling = Math.min(maxPerHost, host.ceiling + 1);
          });
    }

    /** The request ended in a way that says nothing about the host. */
    public void ended() {
      release(() -> {});
    }

    /** The request ran into a time-out. */
    void timedOut() {
      release(
          () -> {
            if (++host.timeoutsInARow >= Math.max(maxPerHost, MIN_TIMEOUTS)) {
              host.deadUntil = clock.instant().plus(deadHostPause);
              host.ceiling = 1;
            }
          });
    }

    /** The host asked everyone to wait. */
    public void throttled(Duration pause) {
      release(
          () -> {
            host.timeoutsInARow = 0;
            host.ceiling = Math.max(1, host.ceiling / 2);
            Instant until = clock.instant().plus(pause);
            if (until.isAfter(host.coolDownUntil)) {
              host.coolDownUntil = until;
              resumeAfter(host, pause);
            }
          });
    }

    private void release(Runnable observation) {
      List<Runnable> calls;
      synchronized (HostLimiter.this) {
        if (over) {
          return;
        }
        over = true;
        host.inUse--;
        observation.run();
        calls = host.next();
      }
      calls.forEach(Runnable::run);
    }
  }

  private final class Host {

    private final String name;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int inUse;
    private int ceiling = maxPerHost;
    private int timeoutsInARow;
    private Instant coolDownUntil = Instant.EPOCH;
    private Instant deadUntil = Instant.EPOCH;

    private Host(String name) {
      this.name = name;
    }

    private boolean isIdle() {
      return inUse == 0 && waiting.isEmpty();
    }

    /** Whom to call back with what, outside of the lock. */
    private List<Runnable> next() {
      List<Runnable> calls = new ArrayList<>();
      Instant now = clock.instant();
      if (now.isBefore(deadUntil)) {
        waiting.forEach(each -> calls.add(() -> each.waiter.refused(Problems.timeout())));
        waiting.clear();
      } else if (now.isBefore(coolDownUntil)) {
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
          Waiting each = all.next();
          if (each.latest.isBefore(coolDownUntil)) {
            all.remove();
            calls.add(() -> each.waiter.refused(Problems.throttled(name)));
          }
        }
      } else {
        while (inUse < ceiling && !waiting.isEmpty()) {
          Waiting first = waiting.remove();
          inUse++;
          calls.add(() -> first.waiter.granted(new Permit(this)));
        }
      }
      return calls;
    }
  }
}
