package io.github.satchel.job.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.NameResolvers;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.MetricRegistry;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The function inside of Flink's async operator. */
@SuppressWarnings("try") // closing a harness can be interrupted, which ends the test
class FetchFunctionTest {

  private static final byte[] PICTURE = Fetching.picture(3_000);
  private static final long OPERATOR_TIMEOUT = 3_600_000;
  private static final long MEMORY = 100_000_000;

  private TestServer server;

  @BeforeEach
  void startServer() throws IOException {
    server =
        new TestServer("127.0.0.2")
            .on("/p.png", (request, connection) -> connection.picture(PICTURE))
            .on("/silent", (request, connection) -> new CountDownLatch(1).await());
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void everyTaskGivesOneImageOrOneProblem() throws Exception {
    try (var harness = harness(function(config()))) {
      harness.open();
      Instant deadline = Instant.now().plus(Fetching.HANG);
      ImageTask picture = Fetching.task(url("/p.png"), deadline);
      ImageTask missing = Fetching.task(url("/missing"), deadline);
      harness.processElement(picture, 1);
      harness.processElement(missing, 2);
      harness.processElement(Fetching.task("http://10.0.0.1/", deadline), 3);
      harness.endInput();

      List<FetchedImage> images = harness.extractOutputValues();
      assertThat(images).hasSize(3);
      assertThat(images)
          .filteredOn(image -> image.task().equals(picture))
          .singleElement()
          .satisfies(image -> assertThat(image.content()).isEqualTo(PICTURE));
      assertThat(images)
          .extracting(FetchedImage::problem)
          .filteredOn(Objects::nonNull)
          .extracting(Problem::code)
          .containsExactlyInAnyOrder(
              FailureCode.IMAGE_UNREACHABLE, FailureCode.IMAGE_BLOCKED_ADDRESS);
    }
  }

  @Test
  void aTaskWhoseDeadlineHasPassedIsNotDownloaded() throws Exception {
    try (var harness = harness(function(config()))) {
      harness.open();
      harness.processElement(Fetching.task(url("/p.png"), Instant.now().minusMillis(1)), 1);
      harness.endInput();

      assertThat(problemsOf(harness)).containsExactly(FailureCode.DEADLINE);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aTaskEndsAtItsDeadline() throws Exception {
    Configuration patient =
        config()
            .set(SatchelOptions.FETCH_IDLE_TIMEOUT, Fetching.HANG)
            .set(SatchelOptions.FETCH_TIMEOUT, Fetching.HANG);
    try (var harness = harness(function(patient))) {
      harness.open();
      harness.processElement(Fetching.task(url("/silent"), Instant.now().plusMillis(200)), 1);
      harness.endInput();

      assertThat(problemsOf(harness)).containsExactly(FailureCode.DEADLINE);
    }
  }

  @Test
  void theOperatorsTimeOutGivesADeadlineProblem() throws Exception {
    Configuration patient =
        config()
            .set(SatchelOptions.FETCH_IDLE_TIMEOUT, Fetching.HANG)
            .set(SatchelOptions.FETCH_TIMEOUT, Fetching.HANG);
    try (var harness = harness(function(patient))) {
      harness.open();
      harness.setProcessingTime(0);
      harness.processElement(Fetching.task(url("/silent"), Instant.now().plus(Fetching.HANG)), 1);
      harness.setProcessingTime(OPERATOR_TIMEOUT + 1);
      harness.endInput();

      assertThat(problemsOf(harness)).containsExactly(FailureCode.DEADLINE);
    }
  }

  @Test
  void whatWasHandedDownstreamReleasesItsShareOfTheMemory() throws Exception {
    FetchSettings settings = FetchSettings.from(config());
    FetchResources shared = FetchResources.acquire(settings, Clock.systemUTC(), names());
    try (var harness = harness(function(config()))) {
      harness.open();
      for (int i = 0; i < 5; i++) {
        harness.processElement(Fetching.task(url("/p.png"), Instant.now().plus(Fetching.HANG)), i);
      }
      harness.endInput();

      assertThat(harness.extractOutputValues()).hasSize(5);
      assertThat(shared.budget().used()).isZero();
    } finally {
      shared.release();
    }
  }

  @Test
  void whatHappensIsCountedInTheOperatorsMetrics() throws Exception {
    AtomicInteger throttled = new AtomicInteger();
    CountDownLatch bothWant = new CountDownLatch(1);
    server
        .on(
            "/moved",
            (request, connection) ->
                connection.respond("302 Found", "Location: /p.png\r\n", new byte[0]))
        .on(
            "/busy",
            (request, connection) -> {
              if (throttled.incrementAndGet() == 1) {
                connection.respond("429 Busy", "", new byte[0]);
              } else {
                connection.picture(PICTURE);
              }
            })
        .on(
            "/twice",
            (request, connection) -> {
              bothWant.await();
              connection.picture(PICTURE);
            });
    Map<String, Metric> metrics = new ConcurrentHashMap<>();
    try (MockEnvironment environment = environment(metrics);
        var harness = harness(function(config()), environment)) {
      harness.open();
      Instant deadline = Instant.now().plus(Fetching.HANG);
      for (String path : List.of("/moved", "/busy", "/twice", "/twice", "/missing")) {
        harness.processElement(Fetching.task(url(path), deadline), 1);
      }
      harness.processElement(Fetching.task("http://10.0.0.1/", deadline), 1);
      bothWant.countDown();
      harness.endInput();

      assertThat(metrics)
          .hasEntrySatisfying("fetch.arrived", isCounter(4))
          .hasEntrySatisfying("fetch.code.image-unreachable.failed", isCounter(1))
          .hasEntrySatisfying("fetch.code.image-blocked-address.failed", isCounter(1))
          .hasEntrySatisfying("fetch.code.image-timeout.failed", isCounter(0))
          .hasEntrySatisfying("fetch.attempts", isCounter(6))
          .hasEntrySatisfying("fetch.retried", isCounter(1))
          .hasEntrySatisfying("fetch.redirected", isCounter(1))
          .hasEntrySatisfying("fetch.throttled", isCounter(1))
          .hasEntrySatisfying("fetch.shared", isCounter(1))
          .hasEntrySatisfying(
              "fetch.latency",
              metric -> {
                assertThat(((Histogram) metric).getCount()).isEqualTo(6);
                assertThat(((Histogram) metric).getStatistics().getMax())
                    .isBetween(1L, Fetching.HANG.toMillis());
              })
          .hasEntrySatisfying("fetch.memory.waiting", isGauge(0))
          .hasEntrySatisfying("fetch.memory.used", isGauge(0L))
          .hasEntrySatisfying("fetch.memory.limit", isGauge(MEMORY));
    }
  }

  @Test
  void theGaugeOfMemoryShowsWhatWaitsToBeHandedDownstream() throws Exception {
    Map<String, Metric> metrics = new ConcurrentHashMap<>();
    try (MockEnvironment environment = environment(metrics);
        var harness = harness(function(config()), environment)) {
      harness.open();
      harness.processElement(Fetching.task(url("/p.png"), Instant.now().plus(Fetching.HANG)), 1);

      Gauge<?> used = (Gauge<?>) Objects.requireNonNull(metrics.get("fetch.memory.used"));
      Awaitility.await().until(() -> used.getValue().equals((long) PICTURE.length));
      harness.endInput();
      assertThat(used.getValue()).isEqualTo(0L);
    }
  }

  @Test
  void whatWasNotHandedDownstreamReleasesItsShareWithTheFunction() throws Exception {
    FetchSettings settings = FetchSettings.from(config());
    FetchResources shared = FetchResources.acquire(settings, Clock.systemUTC(), names());
    try (var harness = harness(function(config()))) {
      harness.open();
      harness.processElement(Fetching.task(url("/p.png"), Instant.now().plus(Fetching.HANG)), 1);
      Awaitility.await().until(() -> shared.budget().used() == PICTURE.length);
      harness.close();

      assertThat(shared.budget().used()).isZero();
    } finally {
      shared.release();
    }
  }

  @Test
  void functionsWithEqualSettingsShareTheirResources() {
    FetchSettings settings = FetchSettings.from(config());
    FetchResources first = FetchResources.acquire(settings, Clock.systemUTC(), names());
    FetchResources second =
        FetchResources.acquire(FetchSettings.from(config()), Clock.systemUTC(), names());
    FetchResources other =
        FetchResources.acquire(
            FetchSettings.from(config().set(SatchelOptions.FETCH_MAX_PER_HOST, 1)),
            Clock.systemUTC(),
            names());

    assertThat(second).isSameAs(first);
    assertThat(other).isNotSameAs(first);
    first.release();
    second.release();
    other.release();
    FetchResources again = FetchResources.acquire(settings, Clock.systemUTC(), names());
    assertThat(again).isNotSameAs(first);
    again.release();
  }

  @Test
  void theFunctionIsSerializable() throws Exception {
    FetchFunction function = new FetchFunction(FetchSettings.from(new Configuration()));

    assertThat(InstantiationUtil.clone(function)).isNotSameAs(function);
  }

  private FetchFunction function(Configuration config) {
    return new FetchFunction(FetchSettings.from(config), Clock.systemUTC(), names());
  }

  private static OneInputStreamOperatorTestHarness<ImageTask, FetchedImage> harness(
      FetchFunction function) throws Exception {
    return harness(function, new MockEnvironmentBuilder().build());
  }

  private static OneInputStreamOperatorTestHarness<ImageTask, FetchedImage> harness(
      FetchFunction function, MockEnvironment environment) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(
        new AsyncWaitOperatorFactory<>(
            function, OPERATOR_TIMEOUT, 100, AsyncDataStream.OutputMode.UNORDERED),
        TypeInformation.of(ImageTask.class).createSerializer(new SerializerConfigImpl()),
        environment);
  }

  /** An environment whose operator's metrics land in a map, by their names below the operator. */
  private static MockEnvironment environment(Map<String, Metric> metrics) {
    MetricRegistry registry =
        TestingMetricRegistry.builder()
            .setRegisterConsumer(
                (metric, name, group) -> {
                  String path = group.getMetricIdentifier(name);
                  int start = path.indexOf(".fetch.");
                  if (start >= 0) {
                    metrics.put(path.substring(start + 1), metric);
                  }
                })
            .build();
    return new MockEnvironmentBuilder()
        .setMetricGroup(
            TaskManagerMetricGroup.createTaskManagerMetricGroup(
                    registry, "localhost", ResourceID.generate())
                .addJob(new JobID(), "job")
                .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task"))
        .build();
  }

  private static Consumer<Metric> isCounter(long count) {
    return metric -> assertThat(((Counter) metric).getCount()).isEqualTo(count);
  }

  private static Consumer<Metric> isGauge(Object value) {
    return metric -> assertThat(((Gauge<?>) metric).getValue()).isEqualTo(value);
  }

  private static List<FailureCode> problemsOf(
      OneInputStreamOperatorTestHarness<ImageTask, FetchedImage> harness) {
    return harness.extractOutputValues().stream()
        .map(image -> Objects.requireNonNull(image.problem()).code())
        .toList();
  }

  private static NameResolvers names() {
    return new TestNames(Map.of("pictures.test", "127.0.0.2"));
  }

  private Configuration config() {
    return Fetching.config(server.port()).set(SatchelOptions.FETCH_MEMORY, new MemorySize(MEMORY));
  }

  private String url(String path) {
    return "http://pictures.test:" + server.port() + path;
  }
}
