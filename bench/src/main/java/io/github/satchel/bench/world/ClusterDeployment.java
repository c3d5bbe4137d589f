package io.github.satchel.bench.world;

import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.FlinkCluster;
import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.process.JavaProcess;
import io.github.satchel.testkit.report.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * The job on a cluster of one job manager and one task manager, with production's configuration.
 */
final class ClusterDeployment implements Deployment {

  private static final Pattern TASK_MANAGER_LOG =
      Pattern.compile("taskmanager-\\d+\\.log(\\.\\d+)?");

  private final FlinkCluster cluster;

  private ClusterDeployment(FlinkCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Starts it, and waits until it serves.
   *
   * @param home Flink and the job, see {@link FlinkCluster#create}
   * @param slots of the task manager, and the parallelism of the job
   */
  static ClusterDeployment start(
      Path home,
      Path directory,
      SatchelConfiguration configuration,
      int slots,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    FlinkCluster cluster =
        FlinkCluster.create(home, directory, configuration, flinkSettings(slots), environment);
    try {
      cluster.startJobManager();
      cluster.startTaskManager();
      cluster.awaitServing();
      return new ClusterDeployment(cluster);
    } catch (IOException | InterruptedException | RuntimeException e) {
      IOUtils.closeQuietly(cluster);
      throw e;
    }
  }

  private static Configuration flinkSettings(int slots) {
    Configuration settings = seenFromOutside();
    settings.set(TaskManagerOptions.NUM_TASK_SLOTS, slots);
    settings.set(CoreOptions.DEFAULT_PARALLELISM, slots);
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        "s3://" + LocalServices.CHECKPOINTS_BUCKET + "/satchel");
    return settings;
  }

  /** What a benchmark changes to see more. */
  static Configuration seenFromOutside() {
    Configuration settings = new Configuration();
    settings.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Watch.metricsInterval());
    settings.set(WebOptions.CHECKPOINTS_HISTORY_SIZE, 1000);
    return settings;
  }

  @Override
  public FlinkRest rest() {
    return cluster.rest();
  }

  @Override
  public List<JavaProcess> processes() {
    List<JavaProcess> processes = new ArrayList<>();
    processes.add(cluster.jobManager());
    processes.addAll(cluster.taskManagers());
    return processes;
  }

  /** Of the task managers, those that were rolled too. */
  @Override
  public List<Path> logs() throws IOException {
    try (Stream<Path> files = Files.list(cluster.logs())) {
      return files
          .filter(file -> TASK_MANAGER_LOG.matcher(file.getFileName().toString()).matches())
          .toList();
    }
  }

  @Override
  public void close() throws IOException {
    cluster.close();
  }
}
