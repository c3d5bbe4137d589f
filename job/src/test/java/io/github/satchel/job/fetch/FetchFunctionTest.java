package io.github.satchel.job.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.model.FailureCode;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
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
    return new OneInputStreamOperatorTestHarness<>(
        new AsyncWaitOperatorFactory<>(
            function, OPERATOR_TIMEOUT, 100, AsyncDataStream.OutputMode.UNORDERED),
        TypeInformation.of(ImageTask.class).createSerializer(new SerializerConfigImpl()));
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
    return Fetching.config(server.port());
  }

  private String url(String path) {
    return "http://pictures.test:" + server.port() + path;
  }
}
