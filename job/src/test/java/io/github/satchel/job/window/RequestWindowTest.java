package io.github.satchel.job.window;

import static io.github.satchel.job.window.WindowFixture.DEADLINE;
import static io.github.satchel.job.window.WindowFixture.GONE;
import static io.github.satchel.job.window.WindowFixture.NOW;
import static io.github.satchel.job.window.WindowFixture.REMEMBER;
import static io.github.satchel.job.window.WindowFixture.picture;
import static io.github.satchel.job.window.WindowFixture.request;
import static io.github.satchel.job.window.WindowFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Archive;
import io.github.satchel.contract.ArchiveLayout;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.Ending;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.RequestSignal;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestWindowTest {

  private static final String SHA_OF_CATS =
      "2a14fb94676638e3a192c23af64efc4634c05d994068d19dc38c238f002140bd";

  @TempDir Path archives;

  private WindowFixture window;

  @BeforeEach
  void open() throws Exception {
    window = WindowFixture.open(archives);
  }

  @AfterEach
  void close() throws Exception {
    window.close();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        ArchiveEntry.class,
        Admission.class,
        Tally.class,
        Tombstone.class,
        Refused.class,
        Problem.class,
        LabelTally.class,
        Ending.class
      })
  void stateIsSerializedAsPojosWithoutKryo(Class<?> type) {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(type);
  }

  @Test
  void aPictureIsAllTheImagesThatAreCopiesOfIt() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 1, 15);
    window.sendImages(request, 16, 20);

    window.sendImage(request, 0, List.of(new ImageTask.Copy(15, "dog", "same")));

    PackedRequest packed = window.onlyPacked();
    assertThat(packed.images()).isEqualTo(new ImageCounts(20, 20, 0));
    try (ZipFile zip = new ZipFile(archives.resolve("r-1/dog.zip").toFile())) {
      assertThat(zip.getEntry("same.jpg").getSize()).isEqualTo(WindowFixture.picture(0).length);
    }
  }

  @Test
  void theLastImageClosesTheWindowWithOneArchiveALabel() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);

    PackedRequest packed = window.onlyPacked();
    assertThat(packed.requestId()).isEqualTo("r-1");
    assertThat(packed.images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(packed.archives())
        .extracting(each -> each.archive().label())
        .containsExactly("cat", "dog");
    for (Archive archive : packed.archives().stream().map(PackedArchive::archive).toList()) {
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
    window.send(request);
    for (int i = 19; i >= 0; i--) {
      window.sendImage(request, i);
    }
    window.settle();

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

  @ParameterizedTest
  @EnumSource(value = Delivery.Kind.class, names = "WATSON", mode = EnumSource.Mode.EXCLUDE)
  void oneArchiveCanHoldAFolderForEachLabel(Delivery.Kind receiver) throws Exception {
    TrainingRequest request =
        WindowFixture.delivered(
            request(ImageFailurePolicy.FAIL),
            new Delivery(
                receiver, List.of("trainer"), List.of(), Map.of(), ArchiveLayout.IMAGE_FOLDER));
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();

    Archive archive =
        receiver == Delivery.Kind.STORE
            ? window.outcomes().get(0).archives().get(0)
            : window.packedForEndpoints().get(0).archives().get(0).archive();
    Path file = archives.resolve("r-1/images.zip");
    assertThat(archive.label()).isNull();
    assertThat(archive.uri()).endsWith("/r-1/images.zip");
    assertThat(archive.images()).isEqualTo(20);
    assertThat(archive.bytes()).isEqualTo(Files.size(file));
    assertThat(archive.sha256()).isEqualTo(sha256(file));
    assertThat(archives.resolve("r-1/cat.zip")).doesNotExist();
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      // As torchvision's ImageFolder and its like read it: the folders at the top are the classes.
      Path top = zip.getPath("/");
      try (Stream<Path> folders = Files.list(top)) {
        assertThat(folders.map(Path::toString)).containsExactlyInAnyOrder("/cat", "/dog");
      }
      try (Stream<Path> images = Files.list(top.resolve("dog"))) {
        assertThat(images).hasSize(10);
      }
      assertThat(Files.readAllBytes(top.resolve("dog/dog-4.jpg"))).isEqualTo(picture(14));
    }
  }

  @Test
  void theSameImagesGiveTheSameBytesInWhateverOrder() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);
    TrainingRequest twin = Requests.request("r-2", 10, ImageFailurePolicy.FAIL);
    for (int i = 19; i >= 0; i--) {
      window.sendImage(twin, i);
    }
    window.send(twin);

    window.settle();

    List<PackedRequest> packed = window.packed();
    assertThat(packed).hasSize(2);
    assertThat(packed.get(0).archives().get(0).archive().sha256())
        .isEqualTo(packed.get(1).archives().get(0).archive().sha256())
        .isEqualTo(SHA_OF_CATS);
  }

  @Test
  void theTimeZoneOfTheMachineIsNotInTheArchive() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    TimeZone zone = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
      window.send(request);
      window.sendImages(request, 0, 20);
      assertThat(window.onlyPacked().archives().get(0).archive().sha256()).isEqualTo(SHA_OF_CATS);
    } finally {
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void aRequestIsAnnouncedOnceAndBeforeAllElse() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.sendImages(request, 0, 5);
    window.send(request);
    window.send(request);
    window.sendProblem(request, 5);
    window.sendImages(request, 6, 20);
    window.settle();
    window.send(request);
    window.settle();

    assertThat(window.events().get(0)).isEqualTo(Event.accepted(request));
    assertThat(window.events()).filteredOn(event -> event.type() == Event.Type.ACCEPTED).hasSize(1);
    assertThat(window.outcomes()).hasSize(2);
  }

  @Test
  void imagesMayComeBeforeTheirRequest() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.sendImages(request, 0, 20);
    assertThat(window.packed()).isEmpty();

    window.send(request);

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void aRepeatedImageCountsOnce() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 19);
    window.sendImages(request, 0, 19);
    window.sendProblem(request, 3);

    assertThat(window.packed()).isEmpty();
    window.sendImage(request, 19);
    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void everyFailingImageIsListedInRequestOrder() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendProblem(request, 17);
    window.sendProblem(request, 2);
    for (int i = 0; i < 20; i++) {
      if (i != 2 && i != 17) {
        window.sendImage(request, i);
      }
    }

    Event outcome = window.onlyOutcome();
    assertThat(outcome.type()).isEqualTo(Event.Type.FAILED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(20, 18, 2));
    assertThat(outcome.failures())
        .containsExactly(
            GONE.of("cat", request.labels().get(0).images().get(2)),
            GONE.of("dog", request.labels().get(1).images().get(7)));
    assertThat(outcome.error())
        .isEqualTo(
            new Event.ErrorInfo(
                FailureCode.IMAGE_UNREACHABLE,
                "Unable to download image from pictures.example (and 1 more)"));
    assertThat(window.packed()).isEmpty();
    assertThat(archives.resolve("r-1/cat.zip")).doesNotExist();
  }

  @Test
  void failingImagesAreSkippedWhileEveryLabelKeepsTen() throws Exception {
    TrainingRequest request = Requests.request("r-1", 12, ImageFailurePolicy.SKIP);
    window.send(request);
    window.sendProblem(request, 0);
    window.sendProblem(request, 1);
    window.sendImages(request, 2, 24);

    PackedRequest packed = window.onlyPacked();
    assertThat(packed.archives())
        .extracting(each -> each.archive().images())
        .containsExactly(10, 12);
    assertThat(packed.failures()).hasSize(2);
    assertThat(packed.images()).isEqualTo(new ImageCounts(24, 22, 2));
  }

  @Test
  void aLabelThatKeepsLessThanTenFailsTheRequest() throws Exception {
    TrainingRequest request = Requests.request("r-1", 12, ImageFailurePolicy.SKIP);
    for (int i = 0; i < 3; i++) {
      window.sendProblem(request, i);
    }
    window.sendImages(request, 3, 24);
    window.send(request);

    Event outcome = window.onlyOutcome();
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
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 18);
    window.sendProblem(request, 18);

    window.setTime(DEADLINE.toEpochMilli());

    Event outcome = window.onlyOutcome();
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
    window.send(request);
    window.setTime(DEADLINE.toEpochMilli());
    window.settle();
    int told = window.events().size();

    window.sendImages(request, 0, 20);
    window.settle();

    assertThat(window.packed()).isEmpty();
    assertThat(window.events()).hasSize(told);
  }

  @Test
  void archivesThatStayWhereTheyAreEndAsStored() throws Exception {
    TrainingRequest request = stored(request(ImageFailurePolicy.FAIL));
    window.send(request);
    window.sendImages(request, 0, 20);

    Event outcome = window.onlyOutcome();
    assertThat(outcome.type()).isEqualTo(Event.Type.STORED);
    assertThat(outcome.archives()).hasSize(2);
    assertThat(window.packed()).isEmpty();
  }

  @Test
  void progressIsToldAtMostOnceAnIntervalAndOnceAtTheEnd() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 5);
    assertThat(window.progress()).containsExactly(new ImageCounts(20, 1, 0));

    window.setTime(NOW + 999);
    assertThat(window.progress()).hasSize(1);
    window.setTime(NOW + 1_000);
    assertThat(window.progress()).last().isEqualTo(new ImageCounts(20, 5, 0));

    window.sendImages(request, 5, 20);
    window.settle();
    assertThat(window.progress())
        .containsExactly(
            new ImageCounts(20, 1, 0), new ImageCounts(20, 5, 0), new ImageCounts(20, 20, 0));
  }

  @Test
  void nothingIsLeftOnceTheRequestIsForgotten() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.signal(RequestSignal.ended("r-1"));
    assertThat(window.timers()).isOne();
    assertThat(window.stateEntries()).isOne();

    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();

    assertThat(window.timers()).isZero();
    assertThat(window.stateEntries()).isZero();
    assertThat(archives.resolve("r-1")).doesNotExist();
  }

  @Test
  void whatIsForgottenWhileTheJobCrashesIsForgottenSoonAfterIt() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.signal(RequestSignal.ended("r-1"));
    Path elsewhere = Files.move(archives.resolve("r-1"), archives.resolve("moved"));
    window.setTime(NOW + REMEMBER.toMillis());
    OperatorSubtaskState removing = window.snapshot();
    restart(removing);
    Files.move(elsewhere, archives.resolve("r-1"));

    window.setTime(NOW + REMEMBER.plus(Tombstones.REMOVE_AGAIN).toMillis());
    window.settle();

    assertThat(window.timers()).isZero();
    assertThat(window.stateEntries()).isZero();
    assertThat(archives.resolve("r-1")).doesNotExist();
  }

  /** Issue 14, 5: one IOException after 24 hours left a child's pictures for ever. */
  @Test
  void aRemovalThatFailsIsMadeAgainUntilItWorks() throws Exception {
    window.close();
    window =
        WindowFixture.open(
            new ArchiveSettings(FailingFileSystem.uri(archives), false, 2, 2, 0, 1 << 20), null);
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.signal(RequestSignal.ended("r-1"));
    FailingFileSystem.failDeletes(3);
    long next = NOW + REMEMBER.toMillis();
    for (long wait = 1; wait <= 4; wait *= 2) {
      window.setTime(next);
      window.settle();
      assertThat(archives.resolve("r-1/cat.zip")).exists();
      next += Tombstones.REMOVE_AGAIN.multipliedBy(wait).toMillis();
      window.setTime(next - 1);
      window.settle();
      assertThat(archives.resolve("r-1/cat.zip")).exists();
    }

    window.setTime(next);
    window.settle();

    assertThat(archives.resolve("r-1")).doesNotExist();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  /**
   * A failure goes back to the newest checkpoint. If the request came after that, it is served
   * again, and only its journals say that it has ended before.
   */
  @Test
  void journalsStayUntilACheckpointKnowsOfTheEnd() throws Exception {
    window.checkpoint(7);
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.signal(RequestSignal.ended("r-1"));
    long time = NOW + REMEMBER.toMillis();
    for (int i = 0; i < 3; i++) {
      window.setTime(time);
      window.settle();
      assertThat(archives.resolve("r-1/cat.zip")).exists();
      time += Tombstones.REMOVE_AGAIN.toMillis();
    }

    window.checkpoint(8);
    window.setTime(time);
    window.settle();

    assertThat(archives.resolve("r-1")).doesNotExist();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void journalsStayUntilACheckpointKnowsOfTheTrainersOutcome() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.checkpoint(8);
    window.signal(RequestSignal.ended("r-1"));

    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();
    assertThat(archives.resolve("r-1/cat.zip")).exists();

    window.checkpoint(9);
    window.setTime(NOW + REMEMBER.plus(Tombstones.REMOVE_AGAIN).toMillis());
    window.settle();
    assertThat(archives.resolve("r-1")).doesNotExist();
    assertThat(window.stateEntries()).isZero();
  }

  @Test
  void imagesWhoseRequestNeverComesAreDroppedAfterAWhile() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.sendImages(request, 0, 5);
    window.sendProblem(request, 5);
    window.setTime(NOW + REMEMBER.toMillis() - 1);
    assertThat(window.stateEntries()).isPositive();

    window.setTime(NOW + REMEMBER.toMillis());

    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void storedArchivesOutliveTheirRequest() throws Exception {
    TrainingRequest request = stored(request(ImageFailurePolicy.FAIL));
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();

    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();

    assertThat(names(archives.resolve("r-1"))).containsExactlyInAnyOrder("cat.zip", "dog.zip");
  }

  @Test
  void anOpenWindowSurvivesARestart() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 7);
    restart(window.snapshot());

    window.sendImages(request, 7, 20);

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void aRequestDecidedBeforeACrashIsDecidedTheSameAfterIt() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    OperatorSubtaskState before = window.snapshot();
    window.sendImages(request, 0, 20);
    PackedRequest first = window.onlyPacked();

    restart(before);
    window.setTime(NOW + 5_000);
    for (int i = 0; i < 20; i++) {
      window.sendProblem(request, i);
    }

    assertThat(window.onlyPacked()).isEqualTo(first);
    assertThat(window.events()).noneMatch(event -> event.type().isOutcome());
  }

  @Test
  void aFailureToldBeforeACrashIsToldTheSameAfterIt() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    OperatorSubtaskState before = window.snapshot();
    window.sendProblem(request, 0);
    window.sendImages(request, 1, 20);
    Event first = window.onlyOutcome();

    restart(before);
    window.setTime(NOW + 5_000);
    window.sendImages(request, 0, 20);

    assertThat(window.onlyOutcome()).isEqualTo(first);
    assertThat(window.packed()).isEmpty();
  }

  @Test
  void aDecisionCutShortByACrashIsMadeAgain() throws Exception {
    Files.createDirectories(archives.resolve("r-1"));
    Files.writeString(archives.resolve("r-1/decision.json"), "{\"progress\":{\"ty");
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    window.sendImages(request, 0, 20);

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  private void restart(OperatorSubtaskState state) throws Exception {
    window = window.restart(state);
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
}
