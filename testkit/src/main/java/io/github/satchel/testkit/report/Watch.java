package io.github.satchel.testkit.report;

import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.flink.FlinkRest.Checkpoint;
import io.github.satchel.testkit.process.ProcessUsage;
import io.github.satchel.testkit.report.ProcessUse.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at processes, and at the job, while requests are served. */
public final class Watch implements AutoCloseable {

  /** A process that is looked at. */
  public record Watched(String name, long pid, Part part) {}

  private final List<Watched> processes;
  private final Map<String, ProcessUsage> before;
  private final Monitor monitor;

  private Watch(List<Watched> processes, @Nullable FlinkRest rest) {
    this.processes = processes;
    before = usage();
    Map<String, Long> pids = new LinkedHashMap<>();
    processes.forEach(each -> pids.put(each.name(), each.pid()));
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
   * @param rest of the job, which then spends CPU time on answering; null to look at processes
   *     alone
   */
  public static Watch begin(List<Watched> processes, @Nullable FlinkRest rest) {
    return new Watch(processes, rest);
  }

  /** What the processes used until now. */
  public ProcessUse use() {
    Map<String, ProcessUsage> after = usage();
    Map<String, Usage> used = new LinkedHashMap<>();
    for (Watched each : processes) {
      String name = each.name();
      ProcessUsage then = before.get(name);
      ProcessUsage now = after.getOrDefault(name, then);
      if (then != null && now != null) {
        used.put(
            name,
            new Usage(each.part(), Burst.seconds(now.cpu().minus(then.cpu())), now.peakRss()));
      }
    }
    return new ProcessUse(used, monitor.memory());
  }

  /**
   * What was seen of the job until now.
   *
   * @param log of the requests that were served meanwhile
   * @param checkpoints of the job, earlier and later ones too
   * @param jobLogs files that the job writes its log to
   * @param classifiers how many the trainer has got meanwhile
   */
  public Burst end(
      RequestLog log, List<Checkpoint> checkpoints, List<Path> jobLogs, int classifiers)
      throws IOException {
    ProcessUse use = use();
    Instant ended = Instant.now();
    return new Burst(
        log,
        use,
        monitor.job(),
        checkpoints.stream()
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
    for (Watched each : processes) {
      ProcessUsage.of(each.pid()).ifPresent(now -> usage.put(each.name(), now));
    }
    return usage;
  }
}
