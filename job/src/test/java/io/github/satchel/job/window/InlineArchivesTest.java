package io.github.satchel.job.window;

import static io.github.satchel.job.window.WindowFixture.NOW;
import static io.github.satchel.job.window.WindowFixture.REMEMBER;
import static io.github.satchel.job.window.WindowFixture.request;
import static io.github.satchel.job.window.WindowFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Archive;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.RequestSignal;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that travel with their request instead of being written to the store. */
class InlineArchivesTest {

  @TempDir Path archives;

  private final TrainingRequest request = request(ImageFailurePolicy.FAIL);
  private WindowFixture window;

  @BeforeEach
  void open() throws Exception {
    window = WindowFixture.open(WindowFixture.settings(archives, 1 << 20), null);
  }

  @AfterEach
  void close() throws Exception {
    window.close();
  }

  @Test
  void smallArchivesAreTheSameBytesAndLieNowhere() throws Exception {
    PackedRequest packed = packed();

    assertThat(files()).containsExactly("decision.json");
    window.close();
    window = WindowFixture.open(archives.resolve("by-reference"));
    List<PackedArchive> written = packed().archives();
    for (int i = 0; i < 2; i++) {
      Archive inline = packed.archives().get(i).archive();
      Archive archive = written.get(i).archive();
      assertThat(inline.label()).isEqualTo(archive.label());
      assertThat(inline.sha256()).isEqualTo(archive.sha256());
      assertThat(inline.bytes()).isEqualTo(archive.bytes());
      assertThat(inline.images()).isEqualTo(archive.images());
      assertThat(inline.uri()).endsWith("/r-1/" + archive.label() + ".zip");
      assertThat(packed.archives().get(i).content())
          .isEqualTo(Files.readAllBytes(Path.of(URI.create(archive.uri()))));
    }
  }

  @Test
  void noPictureIsInTheDecision() throws Exception {
    packed();

    assertThat(Files.readString(archives.resolve("r-1/decision.json")))
        .contains("\"inline\":true")
        .doesNotContain("content");
  }

  @Test
  void archivesOverTheLimitAreWritten() throws Exception {
    window.close();
    long bytes = packedBytes() - 1;
    window = WindowFixture.open(WindowFixture.settings(archives, bytes), null);
    assertThat(packed().archives()).allMatch(archive -> archive.content() == null);
    assertThat(files()).contains("cat.zip", "dog.zip");

    window.close();
    window = WindowFixture.open(WindowFixture.settings(archives.resolve("other"), bytes + 1), null);
    assertThat(packed().archives()).noneMatch(archive -> archive.content() == null);
  }

  private long packedBytes() throws Exception {
    window =
        WindowFixture.open(WindowFixture.settings(archives.resolve("measured"), 1 << 20), null);
    long bytes = packed().heldBytes();
    window.close();
    return bytes;
  }

  @Test
  void archivesThatAreToStayAreWritten() throws Exception {
    TrainingRequest stored = stored(request);
    window.send(stored);
    window.sendImages(stored, 0, 20);
    Event outcome = window.onlyOutcome();

    assertThat(outcome.archives()).hasSize(2);
    assertThat(files()).contains("cat.zip", "dog.zip");
  }

  @Test
  void aDecisionFromBeforeACrashIsMadeWholeFromTheImages() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    OperatorSubtaskState closing = window.snapshot();
    PackedRequest first = window.onlyPacked();

    window = window.restart(closing);

    PackedRequest again = window.onlyPacked();
    assertThat(again.withArchives(List.of())).isEqualTo(first.withArchives(List.of()));
    for (int i = 0; i < 2; i++) {
      assertThat(again.archives().get(i).content()).isEqualTo(first.archives().get(i).content());
    }
  }

  @Test
  void imagesThatChangedDuringACrashAreDecidedAnewIfNobodyBeganToUpload() throws Exception {
    window.send(request);
    OperatorSubtaskState before = window.snapshot();
    window.sendImages(request, 0, 20);
    PackedRequest first = window.onlyPacked();

    window = window.restart(before);
    window.sendImages(request, 0, 19);
    window.sendImage(request, 19, "picture 2O".getBytes(StandardCharsets.UTF_8));

    PackedRequest again = window.onlyPacked();
    assertThat(again.archives().get(1).archive()).isNotEqualTo(first.archives().get(1).archive());
    assertThat(again.archives()).noneMatch(archive -> archive.content() == null);
  }

  @Test
  void imagesThatChangedDuringACrashChangeNothingOnceAnUploadBegan() throws Exception {
    window.send(request);
    OperatorSubtaskState before = window.snapshot();
    window.sendImages(request, 0, 20);
    PackedRequest first = window.onlyPacked();
    Files.writeString(archives.resolve("r-1/upload.json"), "{}");

    window = window.restart(before);
    for (int i = 0; i < 20; i++) {
      window.sendProblem(request, i);
    }

    assertThat(window.onlyPacked())
        .isEqualTo(
            first.withArchives(
                first.archives().stream().map(PackedArchive::withoutContent).toList()));
    assertThat(window.outcomes()).isEmpty();
  }

  @Test
  void whoeverAsksAgainGetsTheRequestWithoutItsArchives() throws Exception {
    packed();
    window.signal(RequestSignal.ended("r-1"));

    window.repeat(request);
    window.settle();

    assertThat(window.packed()).hasSize(2);
    assertThat(window.packed().get(1).archives()).allMatch(archive -> archive.content() == null);
  }

  @Test
  void nothingIsLeftOnceTheRequestIsForgotten() throws Exception {
    packed();
    window.signal(RequestSignal.ended("r-1"));
    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();

    assertThat(archives.resolve("r-1")).doesNotExist();
    assertThat(window.stateEntries()).isZero();
  }

  /** The memory is 1 MB: what is not released would stop the third request. */
  @Test
  void memoryIsReleasedOnceARequestIsHandedOver() throws Exception {
    byte[] picture = new byte[25_000];
    for (int i = 0; i < 10; i++) {
      TrainingRequest each = Requests.request("r-" + i, 10, ImageFailurePolicy.FAIL);
      window.send(each);
      for (int image = 0; image < 20; image++) {
        window.sendImage(each, image, picture);
      }
      window.settle();
    }
    assertThat(window.packed())
        .hasSize(10)
        .allSatisfy(
            packed ->
                assertThat(Objects.requireNonNull(packed.archives().get(0).content()).length)
                    .isGreaterThan(250_000));
  }

  private PackedRequest packed() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    return window.onlyPacked();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(archives.resolve("r-1"))) {
      return files
          .map(file -> Objects.requireNonNull(file.getFileName()).toString())
          .sorted()
          .toList();
    }
  }
}
