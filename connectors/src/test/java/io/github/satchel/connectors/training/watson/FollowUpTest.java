package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import io.github.satchel.connectors.training.operator.OperatorFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trainer does after an outcome, across restarts, in processing time. */
@SuppressWarnings("try") // The harness lets close() be interrupted.
class FollowUpTest {

  private static final String KEY = "secret-key-first";
  private static final Duration AGAIN = Duration.ofMinutes(15);

  private Path directory;
  private FakeWatson watson;

  /** Id of the classifier of {@link #uploaded}. */
  private String created = "";

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    this.directory = directory;
    watson = new FakeWatson();
  }

  @AfterEach
  void stop() {
    watson.close();
  }

  private WatsonSinkBuilder<Training> sink() {
    String url = watson.url();
    return watson
        .sink()
        .setCredentialsResolver(
            name -> Optional.of(new Credentials(url, "secret-key-" + name, Auth.BASIC)));
  }

  /** Uploads a training and takes a snapshot when there is no work that is due. */
  private OperatorSubtaskState uploaded(
      WatsonSinkBuilder<Training> sink, Training training, int deletions) throws Exception {
    try (var trainer = new OperatorFixture(sink)) {
      trainer.process(training);
      trainer.awaitEvents(1);
      for (int i = 0; i < deletions; i++) {
        trainer.runOneMail();
      }
      created = Objects.requireNonNull(trainer.events(Kind.UPLOADED).get(0).classifier()).id();
      return trainer.snapshot(1);
    }
  }

  @Test
  void aClassifierIsFollowedAcrossARestartUntilItIsReadyAndNothingStays() throws Exception {
    OperatorSubtaskState state = uploaded(sink(), TestTrainings.pets(directory, "r1", "first"), 0);
    try (var trainer = new OperatorFixture(sink(), state, Duration.ZERO)) {
      trainer.setTime(Duration.ofMillis(9_999));
      assertThat(watson.shows()).isEmpty();
      trainer.setTime(Duration.ofSeconds(10));
      trainer.runOneMail();
      assertThat(watson.shows()).hasSize(1);
      watson.end(KEY, created, "ready", "");
      trainer.setTime(Duration.ofSeconds(30));
      trainer.runOneMail();
      assertThat(trainer.events()).extracting(TrainingEvent::kind).containsExactly(Kind.READY);
      assertThat(trainer.isEmpty()).isTrue();
      state = trainer.snapshot(2);
    }
    try (var trainer = new OperatorFixture(sink(), state, Duration.ZERO)) {
      trainer.setTime(Duration.ofHours(3));
      trainer.finish();
      assertThat(trainer.events()).isEmpty();
    }
    assertThat(watson.shows()).hasSize(2);
  }

  @Test
  void whatIsKeptAfterTheOutcomeHoldsNoArchive() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    try (var trainer = new OperatorFixture(sink())) {
      trainer.process(training);
      trainer.awaitEvents(1);

      assertThat(trainer.keysWith("pending")).isEmpty();
      assertThat(trainer.keysWith("remainder")).containsExactly("r1");
      watson.end(KEY, watson.ids(KEY).get(0), "ready", "");
      trainer.setTime(Duration.ofSeconds(10));
      trainer.runOneMail();
      assertThat(trainer.events(Kind.READY))
          .singleElement()
          .satisfies(event -> assertThat(event.training()).isEqualTo(training.withoutArchives()));
    }
  }

  @Test
  void aStepThatRanWhenTheCheckpointWasTakenIsDoneAgainAfterARestart() throws Exception {
    OperatorSubtaskState state = uploaded(sink(), TestTrainings.pets(directory, "r1", "first"), 0);
    watson.shows.add(watson.hanging());
    try (var trainer = new OperatorFixture(sink(), state, Duration.ZERO)) {
      trainer.setTime(Duration.ofSeconds(10));
      await().until(() -> watson.shows().size() == 1);
      state = trainer.snapshot(2);
    }
    watson.end(KEY, created, "ready", "");
    try (var trainer = new OperatorFixture(sink(), state, Duration.ofSeconds(11))) {
      trainer.runOneMail();
      assertThat(trainer.events()).extracting(TrainingEvent::kind).containsExactly(Kind.READY);
    }
  }

  @Test
  void followUpsGoOnWithOtherSettings() throws Exception {
    watson.addClassifier(KEY, "old_1", "My pets");
    Training training =
        TestTrainings.replacing(TestTrainings.pets(directory, "r1", "first"), "old_1");
    OperatorSubtaskState state = uploaded(sink(), training, 1);
    WatsonSinkBuilder<Training> changed =
        sink()
            .setMaxConcurrentUploads(1)
            .setMaxHeapBytes(1)
            .setDeleteAgainAfter(Duration.ofHours(1))
            .setFollowIntervals(Duration.ofSeconds(1), Duration.ofSeconds(1))
            .setFollowLimit(Duration.ofSeconds(12));
    try (var trainer = new OperatorFixture(changed, state, Duration.ZERO)) {
      for (int second = 10; second <= 12; second++) {
        trainer.setTime(Duration.ofSeconds(second));
        trainer.runOneMail();
      }
      assertThat(trainer.events())
          .extracting(TrainingEvent::kind)
          .containsExactly(Kind.TRAINING_UNKNOWN);
      trainer.setTime(Duration.ofMinutes(15));
      trainer.runOneMail();
      assertThat(watson.deletes()).as("at the time that it was told").hasSize(2);
      assertThat(trainer.isEmpty()).isTrue();
    }
  }

  @Test
  void aReplacedClassifierThatReappearsIsDeletedAgainAfterARestart() throws Exception {
    watson.addClassifier(KEY, "old_1", "My pets");
    Training training =
        TestTrainings.replacing(TestTrainings.pets(directory, "r1", "first"), "old_1");
    OperatorSubtaskState state = uploaded(deletingAgain(), training, 1);
    assertThat(watson.ids(KEY)).containsExactly(created);
    watson.addClassifier(KEY, "old_1", "My pets");

    try (var trainer = new OperatorFixture(deletingAgain(), state, Duration.ZERO)) {
      trainer.setTime(AGAIN.minusMillis(1));
      assertThat(watson.deletes()).hasSize(1);
      trainer.setTime(AGAIN);
      trainer.runOneMail();
      assertThat(watson.ids(KEY)).containsExactly(created);
      assertThat(trainer.isEmpty()).isTrue();
      state = trainer.snapshot(2);
    }
    try (var trainer = new OperatorFixture(deletingAgain(), state, AGAIN.multipliedBy(3))) {
      trainer.finish();
    }
    assertThat(watson.deletes()).hasSize(2);
  }

  private WatsonSinkBuilder<Training> deletingAgain() {
    return sink().setFollow(false).setDeleteAgainAfter(AGAIN);
  }

  @Test
  void workThatWasDueWhileTheJobWasDownIsDoneAtOnce() throws Exception {
    OperatorSubtaskState state = uploaded(sink(), TestTrainings.pets(directory, "r1", "first"), 0);
    watson.end(KEY, created, "ready", "");
    try (var trainer = new OperatorFixture(sink(), state, Duration.ofHours(1))) {
      trainer.runOneMail();
      assertThat(trainer.events(Kind.READY)).hasSize(1);
    }
  }

  @Test
  void afterRescalingEveryFollowUpIsDoneByOneSubtask() throws Exception {
    int many = 20;
    OperatorSubtaskState state;
    try (var trainer = new OperatorFixture(sink())) {
      for (int i = 0; i < many; i++) {
        trainer.process(TestTrainings.pets(directory, "r" + i, "first"));
      }
      trainer.finish();
      state = trainer.snapshot(1);
    }
    watson.ids(KEY).forEach(id -> watson.end(KEY, id, "ready", ""));
    List<String> ready = new ArrayList<>();
    for (int subtask = 0; subtask < 3; subtask++) {
      try (var trainer =
          new OperatorFixture(
              sink(),
              OperatorFixture.rescaled(state, 1, 3, subtask),
              Duration.ofMinutes(1),
              3,
              subtask)) {
        int own = trainer.keysWith("follow-ups").size();
        assertThat(own).isBetween(1, many - 2);
        for (int i = 0; i < own; i++) {
          trainer.runOneMail();
        }
        trainer.events(Kind.READY).forEach(event -> ready.add(event.training().id()));
      }
    }
    assertThat(ready).hasSize(many).doesNotHaveDuplicates();
  }

  @Test
  void theEndOfInputWaitsForTheDeletionAndNotForTheTraining() throws Exception {
    watson.addClassifier(KEY, "old_1", "My pets");
    try (var trainer = new OperatorFixture(sink())) {
      trainer.process(
          TestTrainings.replacing(TestTrainings.pets(directory, "r1", "first"), "old_1"));
      trainer.finish();
      assertThat(trainer.keysWith("follow-ups")).containsExactly("r1");
    }
    assertThat(watson.ids(KEY)).hasSize(1).doesNotContain("old_1");
  }

  @Test
  void manyFollowUpsAreDueAtOnceAndTheHeapHoldsABoundedNumberOfThem() throws Exception {
    int many = 200;
    OperatorSubtaskState state;
    try (var trainer = new OperatorFixture(sink().setMaxConcurrentUploads(8))) {
      for (int i = 0; i < many; i++) {
        trainer.process(TestTrainings.pets(directory, "r" + i, "first"));
      }
      trainer.finish();
      state = trainer.snapshot(1);
    }
    watson.ids(KEY).forEach(id -> watson.end(KEY, id, "ready", ""));
    try (var trainer = new OperatorFixture(sink(), state, Duration.ofMinutes(1))) {
      for (int second = 61; trainer.events().size() < many; second++) {
        int running = many - trainer.events().size();
        assertThat(trainer.followUpsUnderWay()).isEqualTo(Math.min(64, running));
        while (trainer.followUpsUnderWay() > 0) {
          trainer.runOneMail();
        }
        trainer.setTime(Duration.ofSeconds(second));
      }
      assertThat(trainer.keysWith("follow-ups")).isEmpty();
    }
  }

  @Test
  void aLongUploadTellsHowFarItIs() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    byte[] large = new byte[20_000_000];
    new Random(1).nextBytes(large);
    ExampleArchive cat = training.archives().get(0);
    Files.write(TestTrainings.file(cat.uri()), large);
    Training longer =
        TestTrainings.of(
            training,
            List.of(
                new ExampleArchive("cat", cat.uri(), large.length, 10, null),
                training.archives().get(1)));
    try (var trainer = new OperatorFixture(sink().setProgressInterval(Duration.ofMillis(1)))) {
      trainer.process(longer);
      trainer.finish();

      List<TrainingEvent> told = trainer.events();
      assertThat(told.get(told.size() - 1).kind()).isEqualTo(Kind.UPLOADED);
      assertThat(trainer.events(Kind.UPLOADING)).isNotEmpty();
      assertThat(trainer.events(Kind.UPLOADING))
          .extracting(event -> event.upload().sentBytes())
          .isSorted()
          .doesNotHaveDuplicates()
          .allMatch(sent -> sent > 0 && sent <= longer.bytes());
    }
  }

  @Test
  void aFollowUpDoesNotWaitForUploadsThatHang() throws Exception {
    try (var trainer = new OperatorFixture(sink().setMaxConcurrentUploads(1))) {
      trainer.process(TestTrainings.pets(directory, "r1", "first"));
      trainer.awaitEvents(1);
      watson.end(KEY, watson.ids(KEY).get(0), "ready", "");
      watson.creates.add(watson.hanging());
      trainer.process(TestTrainings.pets(directory, "r2", "first"));
      trainer.until(() -> watson.creates().size() == 2);

      trainer.setTime(Duration.ofSeconds(10));
      trainer.runOneMail();
      assertThat(trainer.events(Kind.READY)).hasSize(1);
    }
  }
}
