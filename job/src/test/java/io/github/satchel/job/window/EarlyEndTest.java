package io.github.satchel.job.window;

import static io.github.satchel.job.window.WindowFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Archive;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingLimits;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyEndTest {

  private static final String TOO_LARGE = "Training data exceeds maximum limit (100 mb)";

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

  @Test
  void aLabelThatCannotKeepTenImagesEndsTheRequestAtOnce() throws Exception {
    TrainingRequest request = Requests.request("r-1", 12, ImageFailurePolicy.SKIP);
    window.send(request);
    window.sendImage(request, 5);
    window.sendProblem(request, 13);
    window.sendProblem(request, 2);
    window.sendProblem(request, 20);
    window.settle();
    assertThat(window.outcomes()).isEmpty();

    window.sendProblem(request, 14);

    Event outcome = window.onlyOutcome();
    assertThat(outcome.type()).isEqualTo(Event.Type.FAILED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(24, 1, 4));
    assertThat(outcome.error())
        .isEqualTo(
            new Event.ErrorInfo(
                FailureCode.LABEL_TOO_FEW_IMAGES, "Not enough images to train the classifier"));
    assertThat(outcome.failures().get(0))
        .isEqualTo(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_FEW_IMAGES,
                "Not enough images to train the classifier",
                "dog"));
    assertThat(outcome.failures().subList(1, 5))
        .extracting(Failure::code)
        .containsOnly(FailureCode.IMAGE_UNREACHABLE);
  }

  @Test
  void whatComesAfterAnEarlyEndIsIgnored() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.SKIP);
    window.send(request);
    window.sendProblem(request, 3);
    window.sendImages(request, 0, 20);
    window.settle();
    window.sendImages(request, 0, 20);

    assertThat(window.onlyOutcome().images()).isEqualTo(new ImageCounts(20, 0, 1));
    assertThat(window.packed()).isEmpty();
    assertThat(window.stateEntries()).as("the tombstone").isOne();
  }

  @Test
  void aRequestThatFailsOnAnyImageGoesOnUntilAllAreKnown() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    for (int i = 0; i < 19; i++) {
      window.sendProblem(request, i);
    }
    window.settle();
    assertThat(window.outcomes()).isEmpty();

    window.sendProblem(request, 19);

    assertThat(window.onlyOutcome().failures()).hasSize(20);
  }

  @Test
  void aLabelThatGrowsTooLargeEndsTheRequestBeforeAnythingIsWritten() throws Exception {
    TrainingRequest request = Requests.request("r-1", 12, ImageFailurePolicy.FAIL);
    byte[] picture = new byte[12_000_000];
    window.send(request);
    for (int i = 12; i < 20; i++) {
      window.sendImage(request, i, picture);
    }
    window.settle();
    assertThat(window.outcomes()).isEmpty();

    window.sendImage(request, 20, picture);

    Event outcome = window.onlyOutcome();
    assertThat(outcome.error())
        .isEqualTo(new Event.ErrorInfo(FailureCode.ARCHIVE_TOO_LARGE, TOO_LARGE));
    assertThat(outcome.failures())
        .containsExactly(Failure.ofLabel(FailureCode.ARCHIVE_TOO_LARGE, TOO_LARGE, "dog"));
    assertThat(archives.resolve("r-1")).isDirectoryNotContaining("glob:**.zip");
  }

  @Test
  void theLargestLabelOfARequestThatGrowsTooLargeIsNamed() throws Exception {
    TrainingRequest request = withLabels("ant", "bee", "cow");
    byte[] picture = new byte[9_500_000];
    window.send(request);
    for (int i = 0; i < 10; i++) {
      window.sendImage(request, i, picture);
      window.sendImage(request, 10 + i, i == 0 ? new byte[9_500_001] : picture);
    }
    window.sendImages(request, 20, 29);
    window.settle();
    assertThat(window.outcomes()).isEmpty();

    window.sendImage(request, 29, new byte[66_000_000]);

    assertThat(window.onlyOutcome().failures())
        .containsExactly(Failure.ofLabel(FailureCode.ARCHIVE_TOO_LARGE, TOO_LARGE, "bee"));
  }

  @Test
  void anArchiveOfExactlyTheLimitIsWritten() throws Exception {
    TrainingRequest request = request(ImageFailurePolicy.FAIL);
    window.send(request);
    byte[] picture = new byte[9_000_000];
    long bytes = ArchiveStore.EMPTY_ARCHIVE_BYTES;
    for (int i = 0; i < 9; i++) {
      window.sendImage(request, i, picture);
      bytes += ArchiveStore.entryBytes("cat-" + i + ".jpg", picture.length);
    }
    long rest = TrainingLimits.MAX_ARCHIVE_BYTES - bytes - ArchiveStore.entryBytes("cat-9.jpg", 0);
    window.sendImage(request, 9, new byte[Math.toIntExact(rest)]);
    window.sendImages(request, 10, 20);

    assertThat(window.onlyPacked().archives().get(0).archive())
        .returns(TrainingLimits.MAX_ARCHIVE_BYTES, Archive::bytes)
        .returns(100_000_000L, archive -> archives.resolve("r-1/cat.zip").toFile().length());
  }

  @Test
  void theSizeOfAnArchiveIsKnownBeforeItIsWritten() throws Exception {
    var store = new ArchiveStore(archives.toUri().toString());
    long expected = ArchiveStore.EMPTY_ARCHIVE_BYTES;
    Archive written;
    try (var writer = store.create("r-1", "cat")) {
      for (String name : List.of("a.png", "Käse.jpg", "日本.png", "x".repeat(300) + ".jpg")) {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        writer.add("", new ArchiveEntry(name, content));
        expected += ArchiveStore.entryBytes(name, content.length);
      }
      written = writer.finish().archive();
    }

    assertThat(written.bytes())
        .isEqualTo(expected)
        .isEqualTo(archives.resolve("r-1/cat.zip").toFile().length());
  }

  private static TrainingRequest withLabels(String... names) {
    TrainingRequest two = request(ImageFailurePolicy.FAIL);
    List<Label> labels = new ArrayList<>();
    for (String name : names) {
      labels.add(new Label(name, two.labels().get(0).images()));
    }
    return new TrainingRequest(
        two.requestId(),
        two.projectId(),
        two.classId(),
        two.userId(),
        two.name(),
        labels,
        two.deliverTo(),
        two.onImageFailure(),
        two.deadlineSeconds(),
        two.format(),
        two.receivedAt());
  }
}
