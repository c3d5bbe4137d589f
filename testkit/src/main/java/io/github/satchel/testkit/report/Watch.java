package io.github.satchel.testkit.report;

import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.process.ProcessUsage;
import io.github.satchel.testkit.report.Burst.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks at the job and at processes while requests are served. */
public final class Watch implements AutoCloseable {

  private final Map<String, Long> pids;
  private final Set<String> job;
  private final FlinkRest rest;
  private final Map<String, ProcessUsage> before;
  private final Monitor monitor;

  private Watch(Map<String, Long> pids, Set<String> job, FlinkRest rest) {
    this.pids = pids;
    this.job = job;
    this.rest = rest;
    before = usage();
    monitor = Monitor.start(pids, rest);
  }

  /**
   * How old Flink's metrics may be at most ({@code metrics.fetcher.update-interval}) where
   * something is watched.
   */
  public static Duration metricsInterval() {
    return Monitor.metricsInterval();
  }

  /**
   * Begins to look.
   *
   * @param pids processes by name
   * @param job names of those that are the job
   */
  public static Watch begin(Map<String, Long> pids, Set<String> job, FlinkRest rest) {
    return new Watch(pids, job, rest);
  }

  /**
   * What was seen until now.
   *
   * @param log of the requests that were served meanwhile
   * @param jobLogs files that the job writes its log to
   * @param classifiers how many the trainer has got meanwhile
   */
  public Burst end(RequestLog log, List<Path> jobLogs, int classifiers) throws IOException {
    Map<String, ProcessUsage> after = usage();
    Instant ended = Instant.now();
    Map<String, Usage> used = new LinkedHashMap<>();
    before.forEach(
        (name, then) -> {
          ProcessUsage now = after.getOrDefault(name, then);
          used.put(
              name,
              new Usage(
                  job.contains(name), Burst.seconds(now.cpu().minus(then.cpu())), now.peakRss()));
        });
    return new Burst(
        log,
        monitor.memory(),
        monitor.job(),
        used,
        rest.checkpoints().stream()
            .filter(each -> each.triggered().isAfter(log.began()))
            .filter(each -> each.triggered().isBefore(ended))
            .toList(),
        Burst.packedAt(jobLogs, log.began()),
        classifiers);
  }

  @Override
  public void close() {
    monitor.close();
  }

  private Map<String, ProcessUsage> usage() {
    Map<String, ProcessUsage> usage = new LinkedHashMap<>();
    pids.forEach((name, pid) -> ProcessUsage.of(pid).ifPresent(now -> usage.put(name, now)));
    return usage;
  }
}
