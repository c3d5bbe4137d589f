package io.github.satchel.bench.burst;

import io.github.satchel.client.Result;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Topics;
import io.github.satchel.testkit.report.Load;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** When it was read of requests that their classifiers are uploaded, and that they are ready. */
final class ReadyLog implements AutoCloseable {

  private final Map<String, Long> uploaded = new ConcurrentHashMap<>();
  private final Map<String, Long> ready = new ConcurrentHashMap<>();
  private final TopicFollower results;

  ReadyLog(String bootstrapServers) {
    results =
        new TopicFollower(bootstrapServers, Topics.RESULTS, message -> read(Result.of(message)));
    results.start();
  }

  private synchronized void read(Result result) {
    String id = result.event().requestId();
    if (result.event().type() == Event.Type.UPLOADED) {
      uploaded.putIfAbsent(id, result.readAt());
    } else if (result.event().type() == Event.Type.READY) {
      ready.putIfAbsent(id, result.readAt());
    }
    notifyAll();
  }

  /**
   * Waits until all are ready.
   *
   * @return those that are not
   */
  synchronized List<String> await(List<Load> loads, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (long left = patience.toMillis(); left > 0 && !missing(loads).isEmpty(); ) {
      wait(left);
      left = Duration.ofNanos(end - System.nanoTime()).toMillis();
    }
    return missing(loads);
  }

  private List<String> missing(List<Load> loads) {
    return loads.stream()
        .map(Load::requestId)
        .filter(id -> !uploaded.containsKey(id) || !ready.containsKey(id))
        .toList();
  }

  /** From uploaded to ready, of each that is. */
  List<Duration> times(List<Load> loads) {
    List<Duration> times = new ArrayList<>();
    for (Load load : loads) {
      Long from = uploaded.get(load.requestId());
      Long to = ready.get(load.requestId());
      if (from != null && to != null) {
        times.add(Duration.ofNanos(Math.max(0, to - from)));
      }
    }
    return times;
  }

  /** From the last that was uploaded to the last that was ready. */
  Duration lastToLast(List<Load> loads) {
    return Duration.ofNanos(Math.max(0, last(ready, loads) - last(uploaded, loads)));
  }

  private static long last(Map<String, Long> times, List<Load> loads) {
    return loads.stream()
        .map(Load::requestId)
        .filter(times::containsKey)
        .mapToLong(id -> times.getOrDefault(id, 0L))
        .max()
        .orElse(0);
  }

  @Override
  public void close() {
    results.close();
  }
}
