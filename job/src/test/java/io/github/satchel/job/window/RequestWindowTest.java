package io.github.satchel.job.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.Requests;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.Archive;
import io.github.satchel.job.model.Delivery;
import io.github.satchel.job.model.Event;
import io.github.satchel.job.model.Failure;
import io.github.satchel.job.model.FailureCode;
import io.github.satchel.job.model.ImageCounts;
import io.github.satchel.job.model.ImageFailurePolicy;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.model.TrainingRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.types.PojoTestUtils;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestWindowTest {

  private static final OutputTag<Event> EVENTS =
      new OutputTag<>("events", TypeInformation.of(Event.class));
  private static final long NOW = 1_000_000;
  private static final Instant DEADLINE = Instant.ofEpochMilli(NOW + 120_000);
  private static final Problem GONE =
      new Problem(FailureCode.IMAGE_UNREACHABLE, "Unable to download image from pictures.example");

  @TempDir Path archives;

  private KeyedTwoInputStreamOperatorTestHarness<String, RequestSignal, ResizedImage, PackedRequest>
      harness;

  @BeforeEach
  void open() throws Exception {
    harness = harness(false);
    harness.open();
    harness.setProcessingTime(NOW);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        ArchiveEntry.class,
        Admission.class,
        Tally.class,
        Tombstone.class,
        Problem.class,
        AdmittedRequest.class
      })
  void stateIsSerializedAsPojosWithoutKryo(Class<?> type) {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(type);
  }

  @Test
  void theLastImageClosesTheWindowWithOneArchiveALabel() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendImages(request, 0, 20);

    PackedRequest packed = onlyPacked();
    assertThat(packed.requestId()).isEqualTo("r-1");
    assertThat(packed.images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(packed.archives()).extracting(Archive::label).containsExactly("cat", "dog");
    for (Archive archive : packed.archives()) {
      Path zip = archives.resolve("r-1").resolve(archive.label() + ".zip");
      assertThat(archive.uri()).endsWith("/r-1/" + archive.label() + ".zip");
      assertThat(archive.images()).isEqualTo(10);
      assertThat(archive.bytes()).isEqualTo(Files.size(zip));
      assertThat(archive.sha256()).isEqualTo(sha256(zip));
    }
  }

  @Test
  void anArchiveHoldsTheImagesStoredInRequestOrderAndNamedAfterTheirIds() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    for (int i = 19; i >= 0; i--) {
      sendImage(request, i);
    }

    try (ZipFile zip = new ZipFile(archives.resolve("r-1/dog.zip").toFile())) {
      List<? extends ZipEntry> entries = zip.stream().toList();
      assertThat(entries)
          .extracting(ZipEntry::getName)
          .containsExactly(
              IntStream.range(0, 10).mapToObj(i -> "dog-" + i + ".jpg").toArray(String[]::new));
      assertThat(entries).extracting(ZipEntry::getMethod).containsOnly(ZipEntry.STORED);
      assertThat(zip.getInputStream(entries.get(4)).readAllBytes()).isEqualTo(picture(14));
    }
  }

  @Test
  void theSameImagesGiveTheSameBytesInWhateverOrderAndTimeZone() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendImages(request, 0, 20);
    TrainingRequest twin = Requests.request("r-2", 10, ImageFailurePolicy.FAIL);
    for (int i = 19; i >= 0; i--) {
      sendImage(twin, i);
    }
    send(twin);

    List<PackedRequest> packed = harness.extractOutputValues();
    assertThat(packed).hasSize(2);
    assertThat(packed.get(0).archives().get(0).sha256())
        .isEqualTo(packed.get(1).archives().get(0).sha256())
        .isEqualTo("2a14fb94676638e3a192c23af64efc4634c05d994068d19dc38c238f002140bd");
  }

  @Test
  void imagesMayComeBeforeTheirRequest() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    sendImages(request, 0, 20);
    assertThat(harness.extractOutputValues()).isEmpty();

    send(request);

    assertThat(onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void aRepeatedImageCountsOnce() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendImages(request, 0, 19);
    sendImages(request, 0, 19);
    sendProblem(request, 3);

    assertThat(harness.extractOutputValues()).isEmpty();
    sendImage(request, 19);
    assertThat(onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void everyFailingImageIsListedInRequestOrder() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendProblem(request, 17);
    sendProblem(request, 2);
    for (int i = 0; i < 20; i++) {
      if (i != 2 && i != 17) {
        sendImage(request, i);
      }
    }

    Event outcome = onlyOutcome();
    assertThat(outcome.type()).isEqualTo(Event.Type.FAILED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(20, 18, 2));
    assertThat(outcome.failures())
        .containsExactly(
            Failure.ofImage(GONE, "cat", request.labels().get(0).images().get(2)),
            Failure.ofImage(GONE, "dog", request.labels().get(1).images().get(7)));
    assertThat(outcome.error())
        .isEqualTo(
            new Event.ErrorInfo(
                FailureCode.IMAGE_UNREACHABLE,
                "Unable to download image from pictures.example (and 1 more)"));
    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(archives.resolve("r-1/cat.zip")).doesNotExist();
  }

  @Test
  void failingImagesAreSkippedWhileEveryLabelKeepsTen() throws Exception {
    TrainingRequest request = Requests.request("r-1", 12, ImageFailurePolicy.SKIP);
    send(request);
    sendProblem(request, 0);
    sendProblem(request, 1);
    sendImages(request, 2, 24);

    PackedRequest packed = onlyPacked();
    assertThat(packed.archives()).extracting(Archive::images).containsExactly(10, 12);
    assertThat(packed.failures()).hasSize(2);
    assertThat(packed.images()).isEqualTo(new ImageCounts(24, 22, 2));
  }

  @Test
  void aLabelThatKeepsLessThanTenFailsTheRequest() throws Exception {
    TrainingRequest request = Requests.request("r-1", 12, ImageFailurePolicy.SKIP);
    send(request);
    for (int i = 0; i < 3; i++) {
      sendProblem(request, i);
    }
    sendImages(request, 3, 24);

    Event outcome = onlyOutcome();
    assertThat(outcome.failures()).hasSize(4);
    assertThat(outcome.failures().get(0))
        .isEqualTo(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_FEW_IMAGES,
                "Not enough images to train the classifier",
                "cat"));
  }

  @Test
  void theDeadlineEndsTheRequestAndNamesWhatIsMissing() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.SKIP);
    send(request);
    sendImages(request, 0, 18);
    sendProblem(request, 18);

    harness.setProcessingTime(DEADLINE.toEpochMilli());

    Event outcome = onlyOutcome();
    assertThat(outcome.error())
        .isEqualTo(
            new Event.ErrorInfo(
                FailureCode.DEADLINE, "1 of 20 images were not there when the time was up"));
    assertThat(outcome.failures())
        .extracting(Failure::code)
        .containsExactly(FailureCode.IMAGE_UNREACHABLE, FailureCode.DEADLINE);
  }

  @Test
  void whatComesAfterTheEndIsIgnored() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    harness.setProcessingTime(DEADLINE.toEpochMilli());
    int told = events().size();

    sendImages(request, 0, 20);
    send(request);

    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(events()).hasSize(told);
  }

  @Test
  void archivesThatStayWhereTheyAreEndAsStored() throws Exception {
    TrainingRequest request = stored(request(ImageFailurePolicy.FAIL));
    send(request);
    sendImages(request, 0, 20);

    Event outcome = onlyOutcome();
    assertThat(outcome.type()).isEqualTo(Event.Type.STORED);
    assertThat(outcome.archives()).hasSize(2);
    assertThat(harness.extractOutputValues()).isEmpty();
  }

  @Test
  void progressIsToldAtMostOnceAnIntervalAndOnceAtTheEnd() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendImages(request, 0, 5);
    assertThat(progress()).containsExactly(new ImageCounts(20, 1, 0));

    harness.setProcessingTime(NOW + 999);
    assertThat(progress()).hasSize(1);
    harness.setProcessingTime(NOW + 1_000);
    assertThat(progress()).last().isEqualTo(new ImageCounts(20, 5, 0));

    sendImages(request, 5, 20);
    assertThat(progress())
        .containsExactly(
            new ImageCounts(20, 1, 0), new ImageCounts(20, 5, 0), new ImageCounts(20, 20, 0));
  }

  @Test
  void nothingIsLeftOnceTheRequestIsForgotten() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendImages(request, 0, 20);
    assertThat(harness.numProcessingTimeTimers()).isOne();
    assertThat(harness.numKeyedStateEntries()).isOne();

    harness.setProcessingTime(NOW + Duration.ofHours(24).toMillis());

    assertThat(harness.numProcessingTimeTimers()).isZero();
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(archives.resolve("r-1")).doesNotExist();
  }

  @Test
  void storedArchivesOutliveTheirRequest() throws Exception {
    TrainingRequest request = stored(request(ImageFailurePolicy.FAIL));
    send(request);
    sendImages(request, 0, 20);

    harness.setProcessingTime(NOW + Duration.ofHours(24).toMillis());

    assertThat(names(archives.resolve("r-1"))).containsExactlyInAnyOrder("cat.zip", "dog.zip");
  }

  @Test
  void anOpenWindowSurvivesARestart() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendImages(request, 0, 7);
    restart(harness.snapshot(1, 1));

    sendImages(request, 7, 20);

    assertThat(onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void aRequestDecidedBeforeACrashIsDecidedTheSameAfterIt() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    OperatorSubtaskState before = harness.snapshot(1, 1);
    sendImages(request, 0, 20);
    PackedRequest first = onlyPacked();

    restart(before);
    harness.setProcessingTime(NOW + 5_000);
    for (int i = 0; i < 20; i++) {
      sendProblem(request, i);
    }

    assertThat(onlyPacked()).isEqualTo(first);
    assertThat(events()).noneMatch(event -> event.type().isOutcome());
  }

  @Test
  void aFailureToldBeforeACrashIsToldTheSameAfterIt() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    OperatorSubtaskState before = harness.snapshot(1, 1);
    sendProblem(request, 0);
    sendImages(request, 1, 20);
    Event first = onlyOutcome();

    restart(before);
    harness.setProcessingTime(NOW + 5_000);
    sendImages(request, 0, 20);

    assertThat(onlyOutcome()).isEqualTo(first);
    assertThat(harness.extractOutputValues()).isEmpty();
  }

  @Test
  void aDecisionCutShortByACrashIsMadeAgain() throws Exception {
    Files.createDirectories(archives.resolve("r-1"));
    Files.writeString(archives.resolve("r-1/decision.json"), "{\"progress\":{\"ty");
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    send(request);
    sendImages(request, 0, 20);

    assertThat(onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  private void restart(OperatorSubtaskState state) throws Exception {
    harness.close();
    harness = harness(false);
    harness.initializeState(state);
    harness.open();
    harness.setProcessingTime(NOW + 1);
  }

  private static TrainingRequest request(ImageFailurePolicy policy) {
    return Requests.request("r-1", 10, policy);
  }

  private static TrainingRequest stored(TrainingRequest request) {
    return new TrainingRequest(
        request.requestId(),
        request.projectId(),
        request.name(),
        request.labels(),
        new Delivery(Delivery.Kind.STORE, List.of(), List.of()),
        request.onImageFailure(),
        request.deadlineSeconds(),
        request.format(),
        request.receivedAt());
  }

  private void send(TrainingRequest request) throws Exception {
    harness.processElement1(
        new StreamRecord<>(RequestSignal.admitted(new AdmittedRequest(request, DEADLINE))));
  }

  private void sendImages(TrainingRequest request, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      sendImage(request, i);
    }
  }

  private void sendImage(TrainingRequest request, int index) throws Exception {
    harness.processElement2(
        new StreamRecord<>(ResizedImage.of(task(request, index), picture(index), "jpg")));
  }

  private void sendProblem(TrainingRequest request, int index) throws Exception {
    harness.processElement2(new StreamRecord<>(ResizedImage.failed(task(request, index), GONE)));
  }

  private static ImageTask task(TrainingRequest request, int index) {
    return new ImageTask(
        request.requestId(),
        index,
        "unused",
        request.labels().get(0).images().get(0),
        request.format(),
        DEADLINE);
  }

  private static byte[] picture(int index) {
    return ("picture " + index).getBytes(StandardCharsets.UTF_8);
  }

  private PackedRequest onlyPacked() {
    List<PackedRequest> packed = harness.extractOutputValues();
    assertThat(packed).hasSize(1);
    return packed.get(0);
  }

  private Event onlyOutcome() {
    List<Event> outcomes = events().stream().filter(event -> event.type().isOutcome()).toList();
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0);
  }

  private List<ImageCounts> progress() {
    return events().stream()
        .filter(event -> event.type() == Event.Type.PROGRESS)
        .map(Event::images)
        .toList();
  }

  private List<Event> events() {
    List<Event> events = new ArrayList<>();
    var records = harness.getSideOutput(EVENTS);
    if (records != null) {
      records.forEach(record -> events.add(record.getValue()));
    }
    return events;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> Objects.requireNonNull(file.getFileName()).toString()).toList();
    }
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private KeyedTwoInputStreamOperatorTestHarness<String, RequestSignal, ResizedImage, PackedRequest>
      harness(boolean keepArchives) throws Exception {
    var window =
        new RequestWindow(
            archives.toUri().toString(),
            keepArchives,
            Duration.ofHours(24),
            Duration.ofSeconds(1),
            EVENTS);
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(window),
        RequestSignal::requestId,
        ResizedImage::requestId,
        Types.STRING);
  }
}
