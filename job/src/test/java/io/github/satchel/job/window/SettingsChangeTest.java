package io.github.satchel.job.window;

import static io.github.satchel.job.window.WindowFixture.NOW;
import static io.github.satchel.job.window.WindowFixture.REMEMBER;
import static io.github.satchel.job.window.WindowFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Event;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.model.RequestSignal;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of the window that are free to change, changed across a savepoint. */
class SettingsChangeTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

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

  /** Issue 14, 3: the timer of the old interval erased the request while the trainer uploaded. */
  @Test
  void aProgressTimerOfAnotherIntervalErasesNothing() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 5);
    window =
        window.restart(
            window.snapshot(), WindowFixture.settings(archives, 0), REMEMBER, SECOND.dividedBy(4));
    window.sendImages(request, 5, 20);
    window.settle();
    assertThat(archives.resolve("r-1/cat.zip")).exists();
    assertThat(window.timers()).as("that of the tombstone").isOne();

    window.setTime(NOW + 2_000);
    window.settle();

    assertThat(archives.resolve("r-1/cat.zip")).exists();
    window.signal(RequestSignal.ended("r-1"));
    window.repeat(request);
    window.settle();
    assertThat(window.packed()).hasSize(2);
    assertThat(window.events()).noneMatch(event -> event.type() == Event.Type.FAILED);
  }

  @Test
  void progressGoesOnWithAnotherInterval() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 5);
    window =
        window.restart(
            window.snapshot(),
            WindowFixture.settings(archives, 0),
            REMEMBER,
            SECOND.multipliedBy(10));
    window.setTime(NOW + 1_000);
    assertThat(window.progress()).containsExactly(new ImageCounts(20, 5, 0));
    window.sendImages(request, 5, 6);
    window.setTime(NOW + 10_999);
    assertThat(window.progress()).hasSize(1);
    window.setTime(NOW + 11_000);
    assertThat(window.progress()).hasSize(2);
  }

  @Test
  void aRequestIsForgottenWhenItWasSaidToBe() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.signal(RequestSignal.ended("r-1"));
    window =
        window.restart(
            window.snapshot(),
            WindowFixture.settings(archives, 0),
            REMEMBER.multipliedBy(2),
            SECOND);

    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();

    assertThat(window.stateEntries()).isZero();
    assertThat(archives.resolve("r-1")).doesNotExist();
  }

  @Test
  void whetherArchivesTravelWithTheirRequestIsDecidedOnce() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 19);
    window =
        window.restart(
            window.snapshot(), WindowFixture.settings(archives, 1 << 20), REMEMBER, SECOND);
    window.sendImages(request, 19, 20);
    assertThat(window.onlyPacked().archives()).noneMatch(archive -> archive.content() == null);
    window =
        window.restart(window.snapshot(), WindowFixture.settings(archives, 0), REMEMBER, SECOND);
    window.signal(RequestSignal.ended("r-1"));
    window.repeat(request);
    window.settle();
    assertThat(window.packed()).hasSize(1);
  }
}
