package io.github.satchel.connectors.training.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import io.github.satchel.connectors.training.credentials.CredentialsResolver;
import io.github.satchel.connectors.training.watson.FakeWatson;
import io.github.satchel.connectors.training.watson.LogCapture;
import io.github.satchel.connectors.training.watson.TestTrainings;
import io.github.satchel.connectors.training.watson.WatsonFixture;
import io.github.satchel.connectors.training.watson.WatsonSinkBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // The harness lets close() be interrupted.
class TrainingOperatorTest {

  private Path directory;
  private FakeWatson watson;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    this.directory = directory;
    watson = new FakeWatson();
  }

  @AfterEach
  void stop() {
    watson.close();
  }

  @Test
  void anOutcomeComesOutWhenItsUploadEndsAndNothingStays() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    try (var trainer = new OperatorFixture(watson.sink().setFollow(false))) {
      trainer.process(training);
      assertThat(trainer.keysWith("pending")).containsExactly("r1");
      trainer.awaitEvents(1);

      assertThat(trainer.events())
          .singleElement()
          .satisfies(
              outcome -> {
                assertThat(outcome.training()).isEqualTo(training);
                assertThat(outcome.kind()).isEqualTo(Kind.UPLOADED);
              });
      assertThat(trainer.isEmpty()).isTrue();
    }
  }

  @Test
  void aCheckpointDoesNotWaitForAnUploadAndARestoredTrainerUploadsAgain() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    OperatorSubtaskState state;
    watson.creates.add(watson.hanging());
    try (var trainer = new OperatorFixture(watson.sink())) {
      trainer.process(training);
      trainer.until(() -> watson.creates().size() == 1);
      state = trainer.snapshot(1);
      assertThat(trainer.events()).isEmpty();
    }
    try (var trainer = new OperatorFixture(watson.sink(), state, Duration.ZERO)) {
      trainer.awaitEvents(1);
      assertThat(trainer.events())
          .singleElement()
          .satisfies(outcome -> assertThat(outcome.training()).isEqualTo(training));
      state = trainer.snapshot(2);
    }
    try (var trainer = new OperatorFixture(watson.sink(), state, Duration.ZERO)) {
      trainer.finish();
      trainer.finish();
      assertThat(trainer.events()).isEmpty();
    }
    assertThat(watson.classifiers("secret-key-first")).isEqualTo(1);
  }

  @Test
  void aRepeatAfterARescaleFrom2To5WhileTheUploadRunsCreatesNoSecondClassifier() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    OperatorSubtaskState state;
    watson.creates.add(watson.hanging());
    int before = owner(training, 2);
    try (var trainer = new OperatorFixture(watson.sink(), null, Duration.ZERO, 2, before)) {
      trainer.process(training);
      trainer.until(() -> watson.creates().size() == 1);
      state = trainer.snapshot(1);
    }
    try (var other = new OperatorFixture(watson.sink(), null, Duration.ZERO, 2, 1 - before)) {
      OperatorSubtaskState[] states = new OperatorSubtaskState[2];
      states[before] = state;
      states[1 - before] = other.snapshot(1);
      state = AbstractStreamOperatorTestHarness.repackageState(states);
    }
    CountDownLatch release = new CountDownLatch(1);
    watson.creates.add(
        (exchange, call) -> {
          try {
            release.await();
          } catch (InterruptedException ended) {
            throw new IOException(ended);
          }
          watson.create(exchange, call);
        });
    List<OperatorFixture> subtasks = new ArrayList<>();
    for (int subtask = 0; subtask < 5; subtask++) {
      subtasks.add(
          new OperatorFixture(
              watson.sink(),
              OperatorFixture.rescaled(state, 2, 5, subtask),
              Duration.ZERO,
              5,
              subtask));
    }
    OperatorFixture owner = subtasks.get(owner(training, 5));
    owner.until(() -> watson.creates().size() == 2);

    // The stream is keyed: a repeat can come to no other subtask than the one that uploads.
    assertThat(owner.keysWith("pending")).containsExactly("r1");
    owner.process(training);
    release.countDown();

    for (OperatorFixture each : subtasks) {
      each.finish();
      assertThat(each.events()).hasSize(each == owner ? 1 : 0);
      each.close();
    }
    assertThat(watson.creates()).hasSize(2);
    assertThat(watson.classifiers("secret-key-first")).isEqualTo(1);
  }

  private static int owner(Training training, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        training.id(), OperatorFixture.MAX_PARALLELISM, parallelism);
  }

  @Test
  void trainingsWaitInStateAndHoldUpNeitherInputNorCheckpoint() throws Exception {
    OperatorSubtaskState state;
    IntStream.range(0, 2).forEach(i -> watson.creates.add(watson.hanging()));
    try (var trainer = new OperatorFixture(watson.sink().setMaxConcurrentUploads(2))) {
      for (int i = 0; i < 50; i++) {
        trainer.process(TestTrainings.pets(directory, "r" + i, "key" + i));
      }
      trainer.until(() -> watson.creates().size() == 2);
      state = trainer.snapshot(1);
      assertThat(trainer.keysWith("pending")).hasSize(50);
    }
    try (var trainer = new OperatorFixture(watson.sink().setFollow(false), state, Duration.ZERO)) {
      trainer.finish();
      assertThat(trainer.events()).hasSize(50);
      assertThat(trainer.isEmpty()).isTrue();
    }
    assertThat(watson.creates()).hasSize(52);
  }

  @Test
  void trainingsThatWaitAreRunInOrderOfArrivalAlsoAfterARestart() throws Exception {
    List<String> ids = IntStream.range(0, 20).mapToObj(i -> "r" + i).toList();
    OperatorSubtaskState state;
    watson.creates.add(watson.hanging());
    try (var trainer = new OperatorFixture(watson.sink().setMaxConcurrentUploads(1))) {
      for (String id : ids) {
        trainer.process(TestTrainings.pets(directory, id, "key"));
        trainer.setTime(Duration.ofMillis(trainer.harness.getProcessingTime() + 1));
      }
      trainer.until(() -> watson.creates().size() == 1);
      state = trainer.snapshot(1);
    }
    var settings = watson.sink().setFollow(false).setMaxConcurrentUploads(1);
    try (var trainer = new OperatorFixture(settings, state, Duration.ZERO)) {
      trainer.finish();
      assertThat(trainer.events())
          .extracting(event -> event.training().id())
          .containsExactlyElementsOf(ids);
    }
  }

  /** Its outcome was told before the failure, and its files were removed some time after that. */
  @Test
  void whatAnOlderCheckpointHasWaitingIsNotRunIfItsFilesAreRemoved() throws Exception {
    OperatorSubtaskState state;
    watson.creates.add(watson.hanging());
    try (var trainer = new OperatorFixture(watson.sink().setMaxConcurrentUploads(1))) {
      trainer.process(TestTrainings.pets(directory, "r1", "first"));
      trainer.until(() -> watson.creates().size() == 1);
      trainer.process(TestTrainings.pets(directory, "r2", "first"));
      state = trainer.snapshot(1);
      FileUtils.deleteDirectory(directory.resolve("r2").toFile());
    }
    var settings = watson.sink().setFollow(false);
    try (var trainer = new OperatorFixture(settings, state, Duration.ofMinutes(1))) {
      trainer.finish();
      assertThat(trainer.events()).extracting(event -> event.training().id()).containsExactly("r1");
      assertThat(trainer.isEmpty()).isTrue();
    }
    assertThat(watson.creates()).hasSize(2);
  }

  @Test
  void anUploadThatIsBrokenOffByClosingLeavesItsJournalForTheNextTrainer() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    watson.creates.add(
        (exchange, call) -> {
          watson.addClassifier("secret-key-first", "taken_1", "My pets");
          watson.hanging().answer(exchange, call);
        });
    OperatorSubtaskState state;
    try (var trainer = new OperatorFixture(watson.sink().setMaxAttempts(1))) {
      trainer.process(training);
      trainer.until(() -> watson.creates().size() == 1);
      state = trainer.snapshot(1);
    }

    try (var trainer = new OperatorFixture(watson.sink(), state, Duration.ZERO)) {
      trainer.awaitEvents(1);
      assertThat(trainer.events())
          .singleElement()
          .satisfies(
              outcome ->
                  assertThat(outcome.classifier())
                      .isNotNull()
                      .extracting(Classifier::id)
                      .isEqualTo("taken_1"));
    }
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void theEndOfInputWaitsForAllUploads() throws Exception {
    try (var trainer = new OperatorFixture(watson.sink().setMaxConcurrentUploads(2))) {
      for (int i = 0; i < 5; i++) {
        trainer.process(TestTrainings.pets(directory, "r" + i, "key" + i));
      }

      trainer.finish();

      assertThat(trainer.events()).hasSize(5);
    }
  }

  @Test
  void noMoreUploadsRunAtOnceThanAllowed() throws Exception {
    IntStream.range(0, 3).forEach(i -> watson.creates.add(watson.hanging()));
    try (var trainer = new OperatorFixture(watson.sink().setMaxConcurrentUploads(2))) {
      for (int i = 0; i < 3; i++) {
        trainer.process(TestTrainings.pets(directory, "r" + i, "key" + i));
      }
      trainer.until(() -> watson.creates().size() == 2);

      assertThat(watson.tokenRequests()).hasSize(2);
      assertThat(uploadThreads()).hasSize(2).allMatch(Thread::isDaemon);
    }
    await().until(() -> uploadThreads().isEmpty());
  }

  private static List<Thread> uploadThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("satchel-trainer-upload"))
        .toList();
  }

  @Test
  void aTrainingThatIsUnderWayIsNotStartedTwice() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    try (var trainer = new OperatorFixture(watson.sink())) {
      trainer.process(training);
      trainer.process(training);
      trainer.finish();
      assertThat(trainer.events()).hasSize(1);
    }
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void aBugFailsTheJob() throws Exception {
    WatsonSinkBuilder<Training> sink =
        watson
            .sink()
            .setCredentialsResolver(
                name -> {
                  throw new IllegalStateException("a bug");
                });
    try (var trainer = new OperatorFixture(sink)) {
      trainer.process(TestTrainings.pets(directory, "r1", "first"));

      assertThatThrownBy(() -> trainer.awaitEvents(1))
          .hasMessageContaining("satchel-trainer-upload of r1")
          .hasRootCauseMessage("a bug");
    }
  }

  @Test
  void recordsAndBytesAreCounted() throws Exception {
    watson.creates.add(FakeWatson.answering(400, "{\"error\":{\"description\":\"bad\"}}"));
    try (var trainer = new OperatorFixture(watson.sink().setMaxConcurrentUploads(1))) {
      trainer.process(TestTrainings.pets(directory, "r1", "first"));
      trainer.process(TestTrainings.pets(directory, "r2", "second"));
      trainer.finish();

      assertThat(trainer.operator().sent.getCount()).isEqualTo(1);
      assertThat(trainer.operator().sendErrors.getCount()).isEqualTo(1);
      assertThat(trainer.operator().sentBytes.getCount()).isEqualTo(200_000);
    }
  }

  @Test
  void noSecretReachesALogAnEventAStateAMetricOrAFile() throws Exception {
    watson.tokenRequests.add(
        FakeWatson.answering(
            400, "{\"errorCode\":\"BXNIM0415E\",\"errorMessage\":\"secret-key\"}"));
    watson.creates.add(FakeWatson.answering(401, "{\"code\":401,\"error\":\"Unauthorized\"}"));
    watson.creates.add(FakeWatson.answering(401, "{\"code\":401,\"error\":\"Unauthorized\"}"));
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.creates.add(FakeWatson.answering(403, "{\"code\":403,\"error\":\"Forbidden\"}"));
    watson.creates.add(FakeWatson.answering(503, ""));
    watson.creates.add(watson.losingTheAnswer());
    String url = watson.url();
    CredentialsResolver resolver =
        name ->
            Optional.of(
                new Credentials(
                    url,
                    "secret-key-" + name,
                    switch (name) {
                      case "basic" -> Auth.BASIC;
                      case "legacy" -> Auth.API_KEY;
                      default -> Auth.IAM;
                    }));
    Training training =
        TestTrainings.replacing(
            TestTrainings.pets(directory, "r1", "a", "b", "c", "basic", "legacy"), "old_1");
    List<String> seen = new CopyOnWriteArrayList<>();
    OperatorSubtaskState state;
    try (LogCapture log = new LogCapture("", seen);
        var trainer = new OperatorFixture(watson.sink().setCredentialsResolver(resolver))) {
      trainer.process(training);
      trainer.finish();
      state = trainer.snapshot(1);
      trainer
          .harness
          .getOperator()
          .getMetricGroup()
          .getAllVariables()
          .forEach((name, value) -> seen.add(name + value));
      seen.add(trainer.events().toString());
      assertThat(trainer.events())
          .singleElement()
          .satisfies(
              outcome -> {
                assertThat(outcome.kind()).isEqualTo(Kind.UPLOADED);
                assertThat(WatsonFixture.rejected(outcome)).containsExactly("a", "b", "basic");
              });
    }
    Path snapshot = directory.resolve("snapshot");
    OperatorSnapshotUtil.writeStateHandle(state, snapshot.toString());

    assertThat(seen).anyMatch(line -> line.contains("Training r1 is uploaded"));
    assertThat(seen).anyMatch(line -> line.contains("executing POST /v3/classifiers"));
    seen.add(Files.readString(snapshot, StandardCharsets.ISO_8859_1));
    assertThat(seen).anyMatch(line -> line.contains("deletion old_1"));
    seen.add(Files.readString(TestTrainings.file(training.journal())));
    assertThat(seen)
        .noneMatch(
            line ->
                line.contains("secret-")
                    || line.contains("Bearer")
                    || line.contains("Basic ")
                    || line.contains("Authorization:"));
  }

  @Test
  void closingDoesNotWaitForAnUploadWithoutAnswer() throws Exception {
    watson.creates.add(watson.hanging());
    var trainer = new OperatorFixture(watson.sink());
    trainer.process(TestTrainings.pets(directory, "r1", "first"));
    trainer.until(() -> watson.creates().size() == 1);

    assertThat(closingTime(trainer)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void closingDoesNotWaitForAServiceThatReadsNothing() throws Exception {
    List<Socket> accepted = new ArrayList<>();
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var trainer =
          new OperatorFixture(watson.sink().setIamUrl("http://127.0.0.1:" + deaf.getLocalPort()));
      trainer.process(TestTrainings.pets(directory, "r1", "first"));
      trainer.runOneMail(); // its thread asks for the element
      accepted.add(deaf.accept());

      assertThat(closingTime(trainer)).isLessThan(Duration.ofSeconds(30));
    } finally {
      for (Socket socket : accepted) {
        socket.close();
      }
    }
  }

  @Test
  void closingDoesNotWaitForABackOff() throws Exception {
    watson.creates.add(FakeWatson.answering(503, ""));
    var trainer =
        new OperatorFixture(
            watson
                .sink()
                .setInitialBackoff(Duration.ofHours(1))
                .setMaxBackoff(Duration.ofHours(1)));
    trainer.process(TestTrainings.pets(directory, "r1", "first"));
    trainer.until(() -> watson.creates().size() == 1);

    assertThat(closingTime(trainer)).isLessThan(Duration.ofSeconds(30));
  }

  private static Duration closingTime(AutoCloseable trainer) throws Exception {
    long start = System.nanoTime();
    trainer.close();
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
