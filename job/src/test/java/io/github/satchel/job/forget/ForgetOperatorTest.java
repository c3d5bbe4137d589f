package io.github.satchel.job.forget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.Event;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.cache.CachedImage;
import io.github.satchel.job.cache.ImageCache;
import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Provenance;
import io.github.satchel.job.model.Subject;
import io.github.satchel.job.model.Validators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgetOperatorTest {

  private static final Duration UNDER_WAY = Duration.ofMinutes(30);
  private static final Subject PETS = Subject.project("pets-42");
  private static final Forget FORGET = new Forget("f-1", PETS, 2, "f-1/2");

  @TempDir Path directory;

  private Path archives;
  private CacheSettings cached;
  private ImageCache cache;
  private KeyedOneInputStreamOperatorTestHarness<String, Removal, Event> harness;

  @BeforeEach
  void open() throws Exception {
    archives = Files.createDirectory(directory.resolve("archives"));
    cached =
        new CacheSettings(
            directory.resolve("cache").toUri().toString(),
            Duration.ofHours(1),
            Duration.ofDays(14),
            Duration.ofSeconds(2),
            "1");
    cache = new ImageCache(cached, Clock.systemUTC());
    open(null);
  }

  private void open(@Nullable OperatorSubtaskState state) throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new ForgetOperator(archives.toUri().toString(), cached, Duration.ofDays(30), UNDER_WAY),
            removal -> removal.forget().tally(),
            Types.STRING);
    harness.setup();
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void onceEveryRequestIsOutOfTheStagesItsFilesAreDeletedAndTheAnswerCountsThem() throws Exception {
    files("r-1", "cat.zip", "dog.zip", "decision.json");
    files("r-2", "upload.json");
    files("r-3", "cat.zip");
    removal("r-1", true, null);
    removal("r-1", true, null);
    assertThat(harness.getTaskMailbox().hasMail()).isFalse();
    removal("r-2", false, "Classifier c-2, credentials class-7: it is not accepted");

    until(() -> !harness.extractOutputValues().isEmpty());

    Event answer = harness.extractOutputValues().get(0);
    assertThat(answer.type()).isEqualTo(Event.Type.FORGOTTEN);
    assertThat(answer.requestId()).isEqualTo("f-1");
    assertThat(answer.projectId()).isNull();
    Event.Forgotten forgotten = Objects.requireNonNull(answer.forgotten());
    assertThat(forgotten.requests()).isEqualTo(2);
    assertThat(forgotten.archives()).isEqualTo(2);
    assertThat(forgotten.classifiers()).isOne();
    assertThat(forgotten.remaining())
        .hasSize(4)
        .contains(
            "Requests from more than 30 d ago, and their classifiers",
            "Classifier c-2, credentials class-7: it is not accepted");
    assertThat(names(archives)).containsExactly("r-3");
  }

  @Test
  void cachedDrawingsGoAndThoseThatWereStillUnderWayLater() throws Exception {
    cache("pets-42", "pupil-7");
    cache("other", "pupil-7");
    harness.processElement(
        new StreamRecord<>(new Removal(new Forget("f-1", PETS, 0, "f-1/0"), null, false, null)));
    until(() -> !harness.extractOutputValues().isEmpty());

    assertThat(Objects.requireNonNull(harness.extractOutputValues().get(0).forgotten()).pictures())
        .isOne();
    assertThat(pictures()).hasSize(1);
    cache("pets-42", "pupil-7");
    harness.setProcessingTime(UNDER_WAY.toMillis());
    until(() -> harness.numKeyedStateEntries() == 0);
    assertThat(pictures()).hasSize(1);
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void cachedDrawingsOfAUserGoInEveryProject() throws Exception {
    cache("pets-42", "pupil-7");
    cache("other", "pupil-7");
    cache("other", "pupil-8");
    harness.processElement(
        new StreamRecord<>(
            new Removal(
                new Forget("f-1", Subject.user("pupil-7"), 0, "f-1/0"), null, false, null)));
    until(() -> !harness.extractOutputValues().isEmpty());

    assertThat(Objects.requireNonNull(harness.extractOutputValues().get(0).forgotten()).pictures())
        .isEqualTo(2);
    assertThat(pictures()).hasSize(1);
  }

  @Test
  void nothingIsDeletedBeforeACheckpointKnowsOfTheEnds() throws Exception {
    files("r-1", "cat.zip");
    harness.snapshot(1, 1);
    harness.notifyOfCompletedCheckpoint(1);
    removal("r-1", false, null);
    removal("r-2", false, null);
    assertThat(names(archives)).containsExactly("r-1");
    OperatorSubtaskState state = harness.snapshot(2, 2);
    assertThat(harness.getTaskMailbox().hasMail()).isFalse();

    harness.notifyOfCompletedCheckpoint(2);
    until(() -> !harness.extractOutputValues().isEmpty());

    assertThat(names(archives)).isEmpty();
    harness.close();
    files("r-1", "cat.zip");
    open(state);
    until(() -> !harness.extractOutputValues().isEmpty());
    assertThat(names(archives)).as("after a restart, likewise").isEmpty();
  }

  private void removal(String requestId, boolean classifierDeleted, @Nullable String remaining)
      throws Exception {
    harness.processElement(
        new StreamRecord<>(new Removal(FORGET, requestId, classifierDeleted, remaining)));
  }

  private void files(String requestId, String... names) throws IOException {
    Path own = Files.createDirectories(archives.resolve(requestId));
    for (String name : names) {
      Files.writeString(own.resolve(name), name);
    }
  }

  private void cache(String project, String user) throws IOException {
    var image = new StoredImage("o-1", project, user, "class-1");
    String key =
        cache.key(
            new ImageTask(
                "r-1",
                0,
                "cat",
                new ImageLocation(ImageLocation.Type.RETRIEVE, null, null, image),
                OutputFormat.AUTO,
                Instant.EPOCH));
    cache.write(
        new CachedImage(
            new Provenance(key, Validators.NONE, List.of(), Instant.now()), "png", new byte[9]));
  }

  private List<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("cache"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private void until(BooleanSupplier condition) {
    await()
        .pollInSameThread()
        .until(
            () -> {
              while (harness.getTaskMailbox().hasMail()) {
                harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
              }
              return condition.getAsBoolean();
            });
  }
}
