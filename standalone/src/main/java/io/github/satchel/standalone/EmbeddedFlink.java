package io.github.satchel.standalone;

import io.github.satchel.job.SatchelJob;
import io.github.satchel.job.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.plugin.PluginManager;
import org.apache.flink.runtime.clusterframework.ApplicationStatus;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink cluster within this process, with its dashboard, running the job with the settings that a
 * cluster of its own ships with ({@code docker/flink-conf.yaml}).
 */
public final class EmbeddedFlink implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedFlink.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration START_PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final String SHIPPED = "flink-conf.yaml";

  private final Configuration configuration;
  private final MiniCluster cluster;
  private @Nullable JobID job;

  private EmbeddedFlink(Configuration configuration, MiniCluster cluster) {
    this.configuration = configuration;
    this.cluster = cluster;
  }

  /** The shipped Flink settings with overrides. */
  public static Configuration settings(Configuration overrides) {
    try (InputStream in = EmbeddedFlink.class.getResourceAsStream(SHIPPED)) {
      Configuration settings =
          Configuration.fromMap(Yaml.read(Objects.requireNonNull(in), SHIPPED));
      settings.set(RestOptions.ADDRESS, "localhost");
      settings.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
      settings.set(WebOptions.SUBMIT_ENABLE, false);
      settings.addAll(overrides);
      return settings;
    } catch (IOException e) {
      throw new IllegalStateException(SHIPPED + " is on the class path", e);
    }
  }

  /**
   * Starts the cluster.
   *
   * @param settings what {@link #settings} gave; {@code rest.port} is the dashboard's
   * @param plugins Flink's plug-in directory, with the s3 file system
   * @throws IOException if it does not start, for example because the dashboard's port is in use
   */
  public static EmbeddedFlink start(Configuration settings, Path plugins) throws IOException {
    PluginManager pluginManager = S3Plugin.load(plugins, settings);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(settings.get(TaskManagerOptions.NUM_TASK_SLOTS))
                .setPluginManager(pluginManager)
                .build());
    try {
      cluster.start();
    } catch (Exception e) { // all that start() declares; it has closed what it had started
      throw new IOException("Flink failed to start: " + rootCause(e), e);
    }
    return new EmbeddedFlink(settings, cluster);
  }

  /** Where the dashboard is. */
  public URI dashboard() throws IOException {
    return get(cluster.getRestAddress());
  }

  /**
   * Starts the job.
   *
   * @param options the job's settings
   * @param checkpoint to restore from, null to start with empty state
   */
  public void submit(Configuration options, @Nullable String checkpoint) throws IOException {
    Configuration settings = new Configuration(configuration);
    if (checkpoint != null) {
      settings.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint);
      settings.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
    }
    var environment = new StreamExecutionEnvironment(settings);
    SatchelJob.build(environment, options);
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(SatchelJob.NAME);
    job = get(cluster.submitJob(graph)).getJobID();
  }

  /** What the job is doing. */
  public JobStatus status() throws IOException {
    return get(cluster.getJobStatus(Objects.requireNonNull(job)));
  }

  /**
   * Waits until every task of the job is ready for its first record.
   *
   * @throws IOException if that takes too long
   */
  public void awaitServing() throws IOException, InterruptedException {
    long end = System.nanoTime() + START_PATIENCE.toNanos();
    while (!isServing()) {
      if (System.nanoTime() > end) {
        throw new IOException(
            "The job is not running after " + START_PATIENCE.toSeconds() + " s; see its log");
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private boolean isServing() throws IOException {
    boolean serving = false;
    for (AccessExecutionVertex task :
        get(cluster.getExecutionGraph(Objects.requireNonNull(job))).getAllExecutionVertices()) {
      if (task.getExecutionState() != ExecutionState.RUNNING) {
        return false;
      }
      serving = true;
    }
    return serving;
  }

  /** Waits until the job has ended, and returns its status. */
  public ApplicationStatus awaitEnd() throws IOException, InterruptedException {
    try {
      return cluster.requestJobResult(Objects.requireNonNull(job)).get().getApplicationStatus();
    } catch (ExecutionException e) {
      throw new IOException(rootCause(e), e);
    }
  }

  /** Cancels the job. Its checkpoints stay. */
  public void cancel() throws IOException {
    get(cluster.cancelJob(Objects.requireNonNull(job)));
  }

  /**
   * Takes a last checkpoint, so that the next run repeats almost nothing.
   *
   * @throws IOException if it failed; the previous checkpoint is still there
   */
  public void checkpoint() throws IOException {
    get(cluster.triggerCheckpoint(Objects.requireNonNull(job), CheckpointType.CONFIGURED));
  }

  /** Ends the job, if it still runs, and the cluster. */
  @Override
  public void close() {
    try {
      if (job != null && !status().isGloballyTerminalState()) {
        cancel();
        get(cluster.requestJobResult(job));
      }
      get(cluster.closeAsync());
    } catch (IOException e) {
      LOG.warn("Flink does not stop: {}", e.toString());
    }
  }

  private static <T> T get(Future<T> future) throws IOException {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(rootCause(e), e);
    } catch (TimeoutException e) {
      throw new IOException("no response from Flink within " + PATIENCE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String rootCause(Throwable throwable) {
    Throwable cause = throwable;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }
}
