package io.github.satchel.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.model.ResizedImage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.jobgraph.JobResourceRequirements;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job on the adaptive scheduler, whose resize stage is rescaled while fetch stays as it is. */
@SuppressWarnings("try") // close() may be interrupted
class RescaledImagesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int FETCH = 2;
  private static final int SLOTS = 8;
  private static final int IMAGES_OF_A_SUBTASK = 60;

  private static final String IMAGE =
      """
      {"type": "download", "imageid": "%d", "url": "https://pictures.example/%d.jpg"}\
      """;

  private static final String REQUEST =
      """
      {"requestId": "r-%d", "projectId": "p-%d", "name": "My pets",
       "labels": {"cat": [%s], "dog": [%s]}, "deliverTo": {"store": {}}}\
      """;

  /** Images that each subtask of resize got, by the parallelism of the stage. */
  private static final Map<Integer, Map<Integer, AtomicInteger>> RESIZED =
      new ConcurrentHashMap<>();

  @Test
  void everySubtaskOfResizeGetsItsShareOfTheImages(@TempDir Path directory) throws Exception {
    var settings = new Configuration();
    settings.set(RestOptions.BIND_PORT, "0");
    settings.set(CoreOptions.TMP_DIRS, directory.toString());
    settings.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Adaptive);
    settings.set(
        JobManagerOptions.SCHEDULER_EXECUTING_COOLDOWN_AFTER_RESCALING, Duration.ofMillis(100));
    settings.set(
        JobManagerOptions.SCHEDULER_EXECUTING_RESOURCE_STABILIZATION_TIMEOUT,
        Duration.ofMillis(100));
    settings.set(CoreOptions.DEFAULT_PARALLELISM, FETCH);
    settings.set(PipelineOptions.MAX_PARALLELISM, 120);
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    try (MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(SLOTS)
                .build())) {
      cluster.start();
      var environment = new StreamExecutionEnvironment(settings);
      topology(directory).build(environment);
      JobID job = cluster.submitJob(environment.getStreamGraph()).get().getJobID();

      for (int parallelism : List.of(2, 3, 4, 5, 8)) {
        rescaleResize(cluster, job, parallelism);
        await("images at parallelism " + parallelism)
            .atMost(PATIENCE)
            .until(() -> isTold(parallelism));
      }

      assertThat(RESIZED)
          .allSatisfy(
              (parallelism, images) ->
                  assertThat(images.values())
                      .as("images of each subtask at parallelism %d: %s", parallelism, images)
                      .hasSize(parallelism)
                      .allSatisfy(
                          each ->
                              assertThat(each.get())
                                  .isGreaterThan(sum(parallelism) / parallelism / 2)));
      cluster.cancelJob(job).get();
      cluster.requestJobResult(job).get();
    }
  }

  /** Whether every subtask got images, or those that did so many that the others never will. */
  private static boolean isTold(int parallelism) {
    Map<Integer, AtomicInteger> images = RESIZED.getOrDefault(parallelism, Map.of());
    return sum(parallelism) >= parallelism * IMAGES_OF_A_SUBTASK
        && (images.values().stream().allMatch(each -> each.get() >= IMAGES_OF_A_SUBTASK / 2)
            || sum(parallelism) >= 20 * parallelism * IMAGES_OF_A_SUBTASK);
  }

  private static int sum(int parallelism) {
    return RESIZED.getOrDefault(parallelism, Map.of()).values().stream()
        .mapToInt(AtomicInteger::get)
        .sum();
  }

  private static void rescaleResize(MiniCluster cluster, JobID job, int parallelism)
      throws Exception {
    await("the job runs")
        .atMost(PATIENCE)
        .until(() -> cluster.getJobStatus(job).get() == JobStatus.RUNNING);
    JobResourceRequirements.Builder requirements = JobResourceRequirements.newBuilder();
    for (AccessExecutionJobVertex vertex :
        cluster.getExecutionGraph(job).get().getVerticesTopologically()) {
      int wanted = vertex.getName().startsWith("resize") ? parallelism : FETCH;
      requirements.setParallelismForJobVertex(vertex.getJobVertexId(), 1, wanted);
    }
    URI rest = cluster.getRestAddress().get();
    var address = new Configuration();
    address.set(RestOptions.ADDRESS, rest.getHost());
    address.set(RestOptions.PORT, rest.getPort());
    try (var client = new RestClusterClient<>(address, "mini cluster")) {
      client.updateJobResourceRequirements(job, requirements.build()).get();
    }
  }

  private static SatchelTopology topology(Path directory) {
    Configuration options =
        new Configuration()
            .set(SatchelOptions.DISPATCH_IN_FLIGHT, 1_000_000)
            .set(SatchelOptions.ARCHIVES_DIR, directory.resolve("archives").toUri().toString());
    return new SatchelTopology(
        options,
        new Ends(
            new DataGeneratorSource<>(
                RescaledImagesIT::request,
                Long.MAX_VALUE,
                RateLimiterStrategy.perSecond(20),
                TypeInformation.of(RawRequest.class)),
            new DataGeneratorSource<>(
                index -> new RequestStatus("unknown", "p-" + index, 1, false),
                Long.MAX_VALUE,
                RateLimiterStrategy.perSecond(1),
                TypeInformation.of(RequestStatus.class)),
            new Fetched(),
            new Counted(),
            new DiscardingSink<>(),
            new DiscardingSink<>()));
  }

  /** A request a project, of 20 images. */
  private static RawRequest request(long index) {
    byte[] json =
        REQUEST
            .formatted(index, index, images(0, 10), images(10, 20))
            .getBytes(StandardCharsets.UTF_8);
    return new RawRequest("requests", 0, index, Instant.now(), null, json, List.of());
  }

  private static String images(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> IMAGE.formatted(i, i))
        .collect(Collectors.joining(", "));
  }

  /** Every image is there at once. */
  private static final class Fetched implements AsyncFunction<ImageTask, FetchedImage> {
    @Override
    public void asyncInvoke(ImageTask task, ResultFuture<FetchedImage> result) {
      result.complete(List.of(FetchedImage.of(task, new byte[1_000], null)));
    }
  }

  /** Counts, and fails every image, so that requests end soon. */
  private static final class Counted extends RichMapFunction<FetchedImage, ResizedImage> {
    @Override
    public ResizedImage map(FetchedImage image) {
      var task = getRuntimeContext().getTaskInfo();
      Map<Integer, AtomicInteger> images =
          RESIZED.computeIfAbsent(
              task.getNumberOfParallelSubtasks(),
              parallelism ->
                  IntStream.range(0, parallelism)
                      .boxed()
                      .collect(Collectors.toMap(i -> i, i -> new AtomicInteger())));
      Objects.requireNonNull(images.get(task.getIndexOfThisSubtask())).incrementAndGet();
      return ResizedImage.failed(image.task(), new Problem(FailureCode.IMAGE_UNSUPPORTED, "no"));
    }
  }
}
