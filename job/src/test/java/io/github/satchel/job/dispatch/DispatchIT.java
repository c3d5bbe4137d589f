package io.github.satchel.job.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.Yaml;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.RequestStatus;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dispatch on a cluster with the settings that are shipped, before a stage that is slow. */
@SuppressWarnings("try") // close() may be interrupted
class DispatchIT {

  private static final OutputTag<RequestSignal> SIGNALS =
      new OutputTag<>("signals", TypeInformation.of(RequestSignal.class));
  private static final int LARGE = 20_000;
  private static final int SMALL = 20;
  private static final Duration EACH_IMAGE = Duration.ofMillis(5);

  private static final Map<String, AtomicInteger> SERVED_OF = new ConcurrentHashMap<>();

  @Test
  void aLargeRequestBeforeASlowStageHoldsUpNeitherCheckpointsNorSmallRequests(
      @TempDir Path directory) throws Exception {
    Configuration settings = settings(directory);
    try (MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build())) {
      cluster.start();
      var environment = new StreamExecutionEnvironment(settings);
      build(environment);
      JobID job = cluster.submitJob(environment.getStreamGraph()).get().getJobID();

      await("small requests pass").until(() -> smallServed() >= 20);
      // As many as without acknowledgements, and what is sent while none come.
      int withoutAcknowledgements = 300 + 20 * 9;
      await("the large one goes on when it is told of")
          .until(() -> served("r-0") > 2 * withoutAcknowledgements);

      assertThat(SERVED_OF.get("r-0")).hasValueLessThan(LARGE / 2);
      CheckpointStatsSnapshot checkpoints =
          Objects.requireNonNull(cluster.getExecutionGraph(job).get().getCheckpointStatsSnapshot());
      assertThat(checkpoints.getCounts().getNumberOfCompletedCheckpoints()).isGreaterThan(3);
      assertThat(checkpoints.getSummaryStats().getEndToEndDurationStats().getMaximum())
          .as("ms")
          .isLessThan(2_000);
      cluster.cancelJob(job).get();
      cluster.requestJobResult(job).get();
    }
  }

  private static int served(String requestId) {
    AtomicInteger images = SERVED_OF.get(requestId);
    return images == null ? 0 : images.get();
  }

  private static long smallServed() {
    return SERVED_OF.values().stream().filter(images -> images.get() == SMALL).count();
  }

  private static Configuration settings(Path directory) throws Exception {
    Path shipped = Path.of("../docker/flink-conf.yaml");
    Configuration settings;
    try (InputStream in = Files.newInputStream(shipped)) {
      settings = Configuration.fromMap(Yaml.read(in, shipped.toString()));
    }
    settings.set(RestOptions.BIND_PORT, "0");
    settings.set(CoreOptions.TMP_DIRS, directory.toString());
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.resolve("checkpoints").toUri().toString());
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
    settings.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofMillis(100));
    return settings;
  }

  /** A large request, and after it a small one every 200 ms. */
  private static void build(StreamExecutionEnvironment environment) {
    Instant deadline = Instant.now().plus(Duration.ofMinutes(10));
    var requests =
        new DataGeneratorSource<>(
            index ->
                new AdmittedRequest(
                    request("r-" + index, "p-" + index, (index == 0 ? LARGE : SMALL) / 2),
                    deadline),
            Long.MAX_VALUE,
            RateLimiterStrategy.perSecond(5),
            TypeInformation.of(AdmittedRequest.class));
    var statuses =
        new DataGeneratorSource<>(
            index -> new RequestStatus("r-0", "p-0", served("r-0"), false),
            Long.MAX_VALUE,
            RateLimiterStrategy.perSecond(2),
            TypeInformation.of(RequestStatus.class));
    var window = new DispatchSettings(100, 300, Duration.ofSeconds(5), true);
    environment
        .fromSource(requests, WatermarkStrategy.noWatermarks(), "requests")
        .setParallelism(1)
        .keyBy(admitted -> admitted.request().projectId())
        .connect(
            environment
                .fromSource(statuses, WatermarkStrategy.noWatermarks(), "statuses")
                .setParallelism(1)
                .keyBy(RequestStatus::projectId))
        .transform(
            "dispatch",
            TypeInformation.of(ImageTask.class),
            new DispatchOperator(new DispatchFunction(window, SIGNALS)))
        .rebalance()
        .map(
            task -> {
              LockSupport.parkNanos(EACH_IMAGE.toNanos());
              SERVED_OF
                  .computeIfAbsent(task.requestId(), id -> new AtomicInteger())
                  .incrementAndGet();
              return task;
            })
        .returns(ImageTask.class)
        .sinkTo(new DiscardingSink<>());
  }

  private static TrainingRequest request(String id, String projectId, int imagesOfALabel) {
    TrainingRequest request = Requests.request(id, imagesOfALabel, ImageFailurePolicy.FAIL);
    return new TrainingRequest(
        id,
        projectId,
        null,
        null,
        request.name(),
        request.labels(),
        request.deliverTo(),
        request.onImageFailure(),
        request.deadlineSeconds(),
        request.format(),
        request.receivedAt());
  }
}
