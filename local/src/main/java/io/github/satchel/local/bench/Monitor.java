package io.github.satchel.local.bench;

import io.github.satchel.local.flink.FlinkRest;
import io.github.satchel.local.flink.FlinkRest.Vertex;
import io.github.satchel.local.process.ProcessUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at processes and at the job every now and then, in a thread of its own. */
public final class Monitor implements AutoCloseable {

  /**
   * What was seen at one time: processes every time, the job only now and then.
   *
   * @param nanoTime of {@link System#nanoTime}
   * @param rss bytes of physical memory by process
   * @param busy share of time, 0 to 1, that the busiest subtask of each vertex worked
   * @param backpressured share of time that the most held up subtask of each vertex waited for the
   *     next vertex
   * @param bytesInFlight of images in the fetch stage, null if not asked
   */
  public record Sample(
      long nanoTime,
      Map<String, Long> rss,
      Map<String, Double> busy,
      Map<String, Double> backpressured,
      @Nullable Long bytesInFlight) {}

  /**
   * How often Flink is asked. It collects its metrics anew for that, which costs the job's own
   * processes CPU time.
   */
  public static final Duration FLINK_INTERVAL = Duration.ofSeconds(2);

  private static final Duration INTERVAL = FLINK_INTERVAL.dividedBy(4);

  private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);
  private static final String BUSY = "busyTimeMsPerSecond";
  private static final String BACKPRESSURED = "backPressuredTimeMsPerSecond";
  private static final String IN_FLIGHT = "fetch.memory.used";

  private final Map<String, Long> pids;
  private final FlinkRest rest;
  private final List<Sample> samples = new ArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private List<Vertex> vertices = List.of();
  private @Nullable String inFlightMetric;

  private Monitor(Map<String, Long> pids, FlinkRest rest) {
    this.pids = pids;
    this.rest = rest;
    thread = new Thread(this::watch, "satchel-monitor");
    thread.setDaemon(true);
  }

  /**
   * Starts to look.
   *
   * @param pids processes by name
   */
  public static Monitor start(Map<String, Long> pids, FlinkRest rest) {
    Monitor monitor = new Monitor(pids, rest);
    monitor.thread.start();
    return monitor;
  }

  /** What was seen so far. */
  public List<Sample> samples() {
    synchronized (samples) {
      return List.copyOf(samples);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    try {
      for (int i = 0; i == 0 || !closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS); i++) {
        Sample sample = sample(i % (FLINK_INTERVAL.toMillis() / INTERVAL.toMillis()) == 0);
        synchronized (samples) {
          samples.add(sample);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Sample sample(boolean askFlink) {
    Map<String, Long> rss = new LinkedHashMap<>();
    pids.forEach(
        (name, pid) -> ProcessUsage.of(pid).ifPresent(usage -> rss.put(name, usage.rss())));
    Map<String, Double> busy = new LinkedHashMap<>();
    Map<String, Double> backpressured = new LinkedHashMap<>();
    Long inFlight = null;
    try {
      for (Vertex vertex : askFlink ? vertices() : List.<Vertex>of()) {
        List<String> names = new ArrayList<>(List.of(BUSY, BACKPRESSURED));
        boolean fetch = vertex.name().equals("fetch");
        if (fetch) {
          inFlightMetric(vertex).ifPresent(names::add);
        }
        Map<String, Double> values = rest.metrics(vertex, names);
        put(busy, vertex, values.get(BUSY));
        put(backpressured, vertex, values.get(BACKPRESSURED));
        if (fetch && inFlightMetric != null && values.containsKey(inFlightMetric)) {
          inFlight = values.get(inFlightMetric).longValue();
        }
      }
    } catch (IOException e) {
      LOG.info("Flink tells nothing now: {}", e.toString());
    }
    return new Sample(System.nanoTime(), rss, busy, backpressured, inFlight);
  }

  private static void put(
      Map<String, Double> shares, Vertex vertex, @Nullable Double millisPerSecond) {
    if (millisPerSecond != null && !millisPerSecond.isNaN()) {
      shares.put(vertex.name(), Math.min(millisPerSecond / 1000, 1));
    }
  }

  private List<Vertex> vertices() throws IOException {
    if (vertices.isEmpty()) {
      vertices = rest.vertices();
    }
    return vertices;
  }

  private Optional<String> inFlightMetric(Vertex fetch) throws IOException {
    if (inFlightMetric == null) {
      inFlightMetric =
          rest.metricNames(fetch).stream()
              .filter(name -> name.endsWith(IN_FLIGHT))
              .findFirst()
              .orElse(null);
    }
    return Optional.ofNullable(inFlightMetric);
  }
}
