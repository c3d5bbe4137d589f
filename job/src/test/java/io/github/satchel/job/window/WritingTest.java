package io.github.satchel.job.window;

import static io.github.satchel.job.window.WindowFixture.NOW;
import static io.github.satchel.job.window.WindowFixture.REMEMBER;
import static io.github.satchel.job.window.WindowFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.RequestSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Between the close of a window and its outcome. */
class WritingTest {

  /** Three of them are a slice. */
  private static final byte[] PICTURE = new byte[200_000];

  @TempDir Path archives;

  private final TrainingRequest request = request(ImageFailurePolicy.FAIL);
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
  void othersAreServedBetweenTheSlicesOfARequest() throws Exception {
    sendLarge();
    window.runMail(); // all but the images
    window.runMail(); // the first of eight slices
    TrainingRequest other = Requests.request("r-2", 10, ImageFailurePolicy.SKIP);
    window.send(other);
    window.sendProblem(other, 0);
    while (window.outcomes().isEmpty()) {
      window.runMail();
    }
    assertThat(window.packed()).isEmpty();

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void oneRequestDoesNotWaitForTheStoreOfAnother() throws Exception {
    TrainingRequest other = Requests.request("r-2", 10, ImageFailurePolicy.FAIL);
    window.send(request);
    window.send(other);
    window.sendImages(request, 0, 20);
    window.sendImages(other, 0, 20);

    await().pollInSameThread().until(() -> window.mails() == 2); // what both ask first
    window.settle();
    assertThat(window.packed()).hasSize(2);
  }

  @Test
  void aRequestIsFoundInRocksDbAfterARestart() throws Exception {
    var rocksDb = new EmbeddedRocksDBStateBackend();
    rocksDb.getMemoryConfiguration().setUseManagedMemory(false);
    window.close();
    window = WindowFixture.open(WindowFixture.settings(archives, 0), rocksDb);
    sendLarge();
    window.runMail();

    window = window.restart(window.snapshot(), rocksDb);

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void aRequestIsWrittenFromTheStartAfterARestartInTheMiddle() throws Exception {
    sendLarge();
    window.runMail();
    window.runMail();
    window.runMail();
    OperatorSubtaskState middle = window.snapshot();
    window.settle();
    PackedRequest expected = window.onlyPacked();
    Files.delete(archives.resolve("r-1/decision.json"));
    Files.delete(archives.resolve("r-1/cat.zip"));

    window = window.restart(middle);
    window.sendImages(request, 0, 20);

    assertThat(window.onlyPacked()).isEqualTo(expected);
    assertThat(archives.resolve("r-1/cat.zip")).exists();
    window.signal(RequestSignal.ended("r-1"));
    window.setTime(NOW + 1 + REMEMBER.toMillis());
    window.settle();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void anArchiveThatWasCutShortIsVisiblyNone() throws Exception {
    sendLarge();
    window.runMail();
    window.runMail();
    window.awaitMail(); // the first slice is written
    window.close();

    assertThat(archives.resolve("r-1/cat.zip").toFile().length()).isGreaterThan(3 * 200_000);
    assertThatThrownBy(
            () -> {
              try (var zip = new ZipFile(archives.resolve("r-1/cat.zip").toFile())) {
                zip.size();
              }
            })
        .isInstanceOf(ZipException.class);
    assertThat(archives.resolve("r-1/decision.json")).doesNotExist();
    open();
  }

  @Test
  void aStoreThatFailsInPassingIsTriedAgain() throws Exception {
    Path inTheWay = Files.createFile(archives.resolve("r-1"));
    sendLarge();
    window.runMail(); // all but the images, whose archive cannot be created then
    window.awaitMail(); // asked for again: the second attempt
    Files.delete(inTheWay);

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
  }

  @Test
  void aStoreThatGoesOnFailingFailsTheJob() throws Exception {
    Files.createFile(archives.resolve("r-1"));
    sendLarge();

    assertThatThrownBy(() -> window.settle())
        .hasMessageContaining("r-1")
        .hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  void whatIsLeftOfALargeRequestIsClearedAPartAtATime() throws Exception {
    TrainingRequest large = Requests.request("r-1", 1_200, ImageFailurePolicy.FAIL);
    window.send(large);
    window.sendImages(large, 0, 2_400);
    while (window.packed().isEmpty()) {
      window.runMail();
    }
    OperatorSubtaskState clearing = window.snapshot();
    assertThat(window.stateEntries()).as("tombstone, index and images").isEqualTo(3);

    window = window.restart(clearing);
    window.settle();

    assertThat(window.packed()).isEmpty();
    assertThat(window.stateEntries()).as("the tombstone").isOne();
  }

  private void sendLarge() throws Exception {
    window.send(request);
    for (int i = 0; i < 20; i++) {
      window.sendImage(request, i, PICTURE);
    }
  }
}
