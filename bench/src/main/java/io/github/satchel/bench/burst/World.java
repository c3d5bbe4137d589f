package io.github.satchel.bench.burst;

import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.ServiceProcesses;
import io.github.satchel.testkit.ServiceProcesses.Service;
import io.github.satchel.testkit.ServiceSettings;
import io.github.satchel.testkit.flink.FlinkCluster;
import io.github.satchel.testkit.flink.FlinkRest.Checkpoint;
import io.github.satchel.testkit.flink.FlinkRest.Vertex;
import io.github.satchel.testkit.process.JavaProcess;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.RequestLog;
import io.github.satchel.testkit.report.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.util.IOUtils;

/**
 * The job on a cluster of one job manager and one task manager, with production's configuration,
 * and each service in a process of its own.
 */
public final class World implements AutoCloseable {

  private static final Pattern TASK_MANAGER_LOG =
      Pattern.compile("taskmanager-\\d+\\.log(\\.\\d+)?");

  private static final Duration CHECKPOINT_PATIENCE = Duration.ofMinutes(1);
  private static final String RESIZE = "resize";
  private static final String RESIZED = ".resized";
  private static final Duration POLL = Duration.ofMillis(500);

  private final ServiceProcesses services;
  private final FlinkCluster cluster;

  private World(ServiceProcesses services, FlinkCluster cluster) {
    this.services = services;
    this.cluster = cluster;
  }

  /**
   * Starts everything, and waits until the job serves.
   *
   * @param home Flink and the job, see {@link FlinkCluster#create}
   * @param slots of the task manager, and the parallelism of the job
   * @param overrides the job's settings on top of those that it needs here
   */
  public static World start(
      Path home, ServiceSettings settings, int slots, Map<String, String> overrides)
      throws IOException, InterruptedException, InvalidConfigurationException {
    ServiceProcesses services = ServiceProcesses.start(settings);
    try {
      Map<String, String> job = JobSettings.of(services.endpoints());
      job.putAll(overrides);
      FlinkCluster cluster =
          FlinkCluster.create(
              home,
              settings.directory().resolve("flink"),
              SatchelConfiguration.of(job),
              flinkSettings(slots));
      try {
        cluster.startJobManager();
        cluster.startTaskManager();
        cluster.awaitServing();
        return new World(services, cluster);
      } catch (IOException | InterruptedException | RuntimeException e) {
        IOUtils.closeQuietly(cluster);
        throw e;
      }
    } catch (IOException | InterruptedException | InvalidConfigurationException e) {
      IOUtils.closeQuietly(services);
      throw e;
    }
  }

  private static Configuration flinkSettings(int slots) {
    Configuration settings = new Configuration();
    settings.set(TaskManagerOptions.NUM_TASK_SLOTS, slots);
    settings.set(CoreOptions.DEFAULT_PARALLELISM, slots);
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        "s3://" + LocalServices.CHECKPOINTS_BUCKET + "/satchel");
    // Only what is seen from outside.
    settings.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Watch.metricsInterval());
    settings.set(WebOptions.CHECKPOINTS_HISTORY_SIZE, 1000);
    return settings;
  }

  public ServiceProcesses services() {
    return services;
  }

  public FlinkCluster cluster() {
    return cluster;
  }

  /** Logs of the task managers, those that were rolled too. */
  private List<Path> taskManagerLogs() throws IOException {
    try (Stream<Path> files = Files.list(cluster.logs())) {
      return files
          .filter(file -> TASK_MANAGER_LOG.matcher(file.getFileName().toString()).matches())
          .toList();
    }
  }

  /**
   * Serves requests as {@link #serve} does, and looks at every process and at the job meanwhile.
   */
  public Burst measure(List<Load> loads, Duration over, Duration patience)
      throws IOException, InterruptedException {
    int classifiers = services.classifiers();
    Map<String, Long> pids = new LinkedHashMap<>();
    add(pids, cluster.jobManager());
    cluster.taskManagers().forEach(process -> add(pids, process));
    Set<String> job = Set.copyOf(pids.keySet());
    for (Service service : Service.values()) {
      add(pids, services.process(service));
    }
    try (Watch watch = Watch.begin(pids, job, cluster.rest())) {
      RequestLog log = serve(loads, over, patience);
      return watch.end(log, taskManagerLogs(), services.classifiers() - classifiers);
    }
  }

  /** How many pictures the job has resized. */
  public long resized() throws IOException, InterruptedException {
    Vertex resize =
        cluster.rest().vertices().stream()
            .filter(vertex -> vertex.name().equals(RESIZE))
            .findFirst()
            .orElseThrow();
    // Flink collects its metrics when it is asked, unless it just has, and tells them the next
    // time.
    for (int i = 0; i < 2; i++) {
      Thread.sleep(Watch.metricsInterval().toMillis());
      cluster.rest().metricNames(resize);
    }
    Thread.sleep(POLL.toMillis());
    List<String> counters =
        cluster.rest().metricNames(resize).stream()
            .filter(name -> name.endsWith(RESIZED))
            .distinct()
            .toList();
    return (long)
        cluster.rest().sums(resize, counters).values().stream().mapToDouble(each -> each).sum();
  }

  /** Waits for a checkpoint that is begun from now on. */
  public Checkpoint nextCheckpoint() throws IOException, InterruptedException {
    Instant now = Instant.now();
    for (Instant end = now.plus(CHECKPOINT_PATIENCE); Instant.now().isBefore(end); ) {
      Optional<Checkpoint> next =
          cluster.rest().checkpoints().stream()
              .filter(each -> each.triggered().isAfter(now) && Burst.isCompleted(each))
              .findFirst();
      if (next.isPresent()) {
        return next.get();
      }
      Thread.sleep(POLL.toMillis());
    }
    throw new IOException("No checkpoint within " + CHECKPOINT_PATIENCE.toSeconds() + " s");
  }

  private static void add(Map<String, Long> pids, JavaProcess process) {
    pids.put(process.name(), process.pid());
  }

  /**
   * Writes requests, evenly spread over a time, and waits for their outcomes.
   *
   * @param over no time to write them all at once
   * @param patience how long to wait for the last outcome once all are written
   * @return what happened; a request without an outcome shows there
   */
  public RequestLog serve(List<Load> loads, Duration over, Duration patience)
      throws IOException, InterruptedException {
    return RequestLog.serve(services.endpoints().bootstrapServers(), loads, over, patience);
  }

  /** Ends every process. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.closeAll(cluster, services);
    } catch (Exception e) {
      throw new IOException("not every process ended", e);
    }
  }
}
