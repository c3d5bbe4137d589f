package io.github.satchel.testkit.report;

import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.flink.FlinkRest.Vertex;
import io.github.satchel.testkit.process.ProcessUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at processes and at the job every now and then, in a thread of its own. */
public final class Monitor implements AutoCloseable {

  /**
   * Physical memory at one time.
   *
   * @param nanoTime of {@link System#nanoTime}
   * @param rss bytes by process
   */
  public record MemorySample(long nanoTime, Map<String, Long> rss) {}

  /**
   * The job at one time. Shares are those of the time since the sample before, 0 to 1, and the mean
   * of a vertex's subtasks; a vertex of which nothing new is known is missing.
   *
   * @param nanoTime of {@link System#nanoTime}
   * @param busy share of time that each vertex worked
   * @param backpressured share of time that each vertex waited for the one after it
   * @param bytesInFlight of images in the fetch stage, null if there is no such metric
   */
  public record JobSample(
      long nanoTime,
      Map<String, Double> busy,
      Map<String, Double> backpressured,
      @Nullable Long bytesInFlight) {}

  /**
   * Flink is asked once in so many looks at the processes: it collects its metrics anew for that,
   * which costs the job's own processes CPU time.
   */
  private static final int ASK_EVERY = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final String BUSY = "accumulateBusyTimeMs";
  private static final String BACKPRESSURED = "accumulateBackPressuredTimeMs";
  private static final String IDLE = "accumulateIdleTimeMs";
  private static final String IN_FLIGHT = "fetch.memory.used";
  private static final String FETCH = "fetch";

  private final Map<String, Long> pids;
  private final @Nullable FlinkRest rest;
  private final List<MemorySample> memory = new ArrayList<>();
  private final List<JobSample> job = new ArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private List<Vertex> vertices = List.of();
  private List<String> fetchMetrics = List.of();
  private long askedAt;
  private Map<String, Spent> before = Map.of();

  /** Milliseconds that a vertex has spent since the job's start. */
  private record Spent(double busy, double backpressured, double idle) {

    static Spent of(Map<String, Double> metrics) {
      return new Spent(
          metrics.getOrDefault(BUSY, 0.0),
          metrics.getOrDefault(BACKPRESSURED, 0.0),
          metrics.getOrDefault(IDLE, 0.0));
    }

    /** By Flink's own count, whose clock runs however late it is asked. */
    double total() {
      return busy + backpressured + idle;
    }
  }

  private Monitor(Map<String, Long> pids, @Nullable FlinkRest rest) {
    this.pids = pids;
    this.rest = rest;
    thread = new Thread(this::watch, "satchel-monitor");
    thread.setDaemon(true);
  }

  /**
   * How old Flink's metrics may be for this to see them change: less than the time between two
   * questions, so that each has them collected, to be told with the next one.
   */
  static Duration metricsInterval() {
    return INTERVAL.multipliedBy(ASK_EVERY).dividedBy(2);
  }

  /**
   * Starts to look.
   *
   * @param pids processes by name
   * @param rest null to look at processes alone
   */
  static Monitor start(Map<String, Long> pids, @Nullable FlinkRest rest) {
    Monitor monitor = new Monitor(pids, rest);
    monitor.thread.start();
    return monitor;
  }

  /** What was seen of the processes so far. */
  synchronized List<MemorySample> memory() {
    return List.copyOf(memory);
  }

  /** What was seen of the job so far. */
  synchronized List<JobSample> job() {
    return List.copyOf(job);
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
        lookAtProcesses();
        if (rest != null && i % ASK_EVERY == 0) {
          lookAtJob(rest);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookAtProcesses() {
    Map<String, Long> rss = new LinkedHashMap<>();
    pids.forEach(
        (name, pid) -> ProcessUsage.of(pid).ifPresent(usage -> rss.put(name, usage.rss())));
    synchronized (this) {
      memory.add(new MemorySample(System.nanoTime(), rss));
    }
  }

  /** What Flink tells is what it collected when it was asked the time before. */
  private void lookAtJob(FlinkRest rest) {
    long collectedAt = askedAt == 0 ? System.nanoTime() : askedAt;
    askedAt = System.nanoTime();
    try {
      Map<String, Spent> now = new LinkedHashMap<>();
      Long inFlight = null;
      for (Vertex vertex : vertices(rest)) {
        boolean fetch = vertex.name().equals(FETCH);
        List<String> names = new ArrayList<>(List.of(BUSY, BACKPRESSURED, IDLE));
        names.addAll(fetch ? fetchMetrics : List.of());
        Map<String, Double> values = rest.metrics(vertex, names);
        now.put(brief(vertex), Spent.of(values));
        if (fetch) {
          inFlight =
              fetchMetrics.stream()
                  .findFirst()
                  .map(values::get)
                  .map(Double::longValue)
                  .orElse(null);
        }
      }
      JobSample sample =
          new JobSample(
              collectedAt, shares(now, Spent::busy), shares(now, Spent::backpressured), inFlight);
      before = now;
      synchronized (this) {
        job.add(sample);
      }
    } catch (IOException e) {
      LOG.info("Flink does not respond: {}", e.toString());
    }
  }

  private Map<String, Double> shares(Map<String, Spent> now, ToDoubleFunction<Spent> which) {
    Map<String, Double> shares = new LinkedHashMap<>();
    now.forEach(
        (vertex, spent) -> {
          Spent then = before.get(vertex);
          if (then != null && spent.total() > then.total()) {
            shares.put(
                vertex,
                (which.applyAsDouble(spent) - which.applyAsDouble(then))
                    / (spent.total() - then.total()));
          }
        });
    return shares;
  }

  private List<Vertex> vertices(FlinkRest rest) throws IOException {
    if (vertices.isEmpty()) {
      vertices = rest.vertices();
      for (Vertex vertex : vertices) {
        if (vertex.name().equals(FETCH)) {
          fetchMetrics =
              rest.metricNames(vertex).stream()
                  .filter(name -> name.endsWith(IN_FLIGHT))
                  .limit(1)
                  .toList();
        }
      }
    }
    return vertices;
  }

  /** Without what Flink adds to the names of sources and sinks. */
  private static String brief(Vertex vertex) {
    return vertex.name().replaceFirst("^Source: ", "").replaceFirst(": Writer.*", "");
  }
}
