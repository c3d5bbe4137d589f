package io.github.satchel.bench.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.Event;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.standalone.EmbeddedFlink;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.ServiceProcesses;
import io.github.satchel.testkit.ServiceSettings;
import io.github.satchel.testkit.Tls;
import io.github.satchel.testkit.flink.FlinkCluster;
import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.flink.FlinkRest.Vertex;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import io.github.satchel.testkit.report.RequestLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flink as production has it, a process each, whose resize vertex is rescaled through every
 * parallelism that the autoscaler can choose: each of its subtasks gets its share of the pictures.
 */
class ResizeShareAttack {

  private static final int LEAST = 2;
  private static final int MOST = 8;
  private static final int PUPILS = 12;
  private static final int IMAGES_A_LABEL = 15;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @Test
  void everySubtaskOfResizeGetsItsShareAtEveryParallelism() throws Exception {
    try (ServiceProcesses services =
            ServiceProcesses.start(
                new ServiceSettings(
                    directory.resolve("services"),
                    1,
                    ServiceSettings.Pictures.DRAWN,
                    ServiceSettings.Latencies.NONE,
                    Tls.NONE,
                    MOST * PUPILS,
                    null));
        FlinkCluster cluster = cluster(services)) {
      cluster.startJobManager();
      int slots =
          EmbeddedFlink.settings(new Configuration()).get(TaskManagerOptions.NUM_TASK_SLOTS);
      for (int missing = MOST; missing > 0; missing -= slots) {
        cluster.startTaskManager();
      }
      cluster.awaitServing();
      for (int parallelism = LEAST; parallelism <= MOST; parallelism++) {
        List<Long> records = records(services, cluster.rest(), parallelism);
        System.out.println("| " + parallelism + " | " + records + " |");
        long share = records.stream().mapToLong(Long::longValue).sum() / parallelism;
        assertThat(records)
            .as("records of each subtask at %d", parallelism)
            .hasSize(parallelism)
            .allMatch(read -> read >= share / 2);
      }
    }
  }

  private static List<Long> records(ServiceProcesses services, FlinkRest rest, int parallelism)
      throws Exception {
    rest.rescale(Map.of(resize(rest).id(), parallelism));
    await("resize at " + parallelism)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> rest.isServing() && resize(rest).parallelism() == parallelism);
    List<Load> loads =
        new LoadFactory(services::pictureUrl, 0)
            .pupils("at-" + parallelism, PUPILS, 2, IMAGES_A_LABEL);
    RequestLog log =
        RequestLog.serve(services.endpoints().bootstrapServers(), loads, Duration.ZERO, PATIENCE);
    assertThat(log.entries())
        .allSatisfy(
            entry ->
                assertThat(entry.outcomes())
                    .extracting(Event::type)
                    .containsExactly(Event.Type.UPLOADED));
    // The job manager learns the counts from the task managers after a while.
    long pictures = (long) PUPILS * 2 * IMAGES_A_LABEL;
    return await("counts")
        .atMost(PATIENCE)
        .until(
            () -> rest.recordsRead(resize(rest)),
            read -> read.stream().mapToLong(Long::longValue).sum() >= pictures);
  }

  private static Vertex resize(FlinkRest rest) throws IOException {
    return rest.vertices().stream()
        .filter(vertex -> vertex.name().equals("resize"))
        .findFirst()
        .orElseThrow();
  }

  private FlinkCluster cluster(ServiceProcesses services) throws Exception {
    Configuration settings = new Configuration();
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        "s3://" + LocalServices.CHECKPOINTS_BUCKET + "/checkpoints");
    return FlinkCluster.create(
        Path.of("../docker/target/flink"),
        directory.resolve("flink"),
        SatchelConfiguration.of(JobSettings.of(services.endpoints())),
        settings);
  }
}
