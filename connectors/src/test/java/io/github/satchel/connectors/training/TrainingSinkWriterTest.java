package io.github.satchel.connectors.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.Credentials.Auth;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
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
import java.util.stream.IntStream;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.metrics.groups.OperatorIOMetricGroup;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@SuppressWarnings("try") // The harness lets close() be interrupted.
class TrainingSinkWriterTest {

  private Path directory;
  private FakeWatson watson;
  private CollectingSink outcomes;

  @BeforeEach
  void start(@TempDir Path directory, TestInfo test) throws IOException {
    this.directory = directory;
    watson = new FakeWatson();
    outcomes = new CollectingSink(test.getDisplayName(), 0);
  }

  @AfterEach
  void stop() {
    watson.close();
  }

  private WatsonSinkBuilder<Training> sink() {
    String url = watson.url();
    return WatsonSink.<Training>builder()
        .setElementConverter(training -> training)
        .setEventSink(outcomes)
        .setCredentialsResolver(name -> Optional.of(new Credentials(url, "secret-key-" + name)))
        .setIamUrl(url)
        .setInitialBackoff(Duration.ofMillis(1))
        .setMaxBackoff(Duration.ofMillis(2));
  }

  private static OneInputStreamOperatorTestHarness<Training, CommittableMessage<Void>> harness(
      Sink<Training> sink) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<>(sink));
  }

  private static void runOneMail(OneInputStreamOperatorTestHarness<?, ?> harness) throws Exception {
    harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
  }

  @Test
  void anOutcomeIsWrittenWhenItsUploadEndsAndFlushedWithTheNextCheckpoint() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    try (var harness = harness(sink().build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(training));
      runOneMail(harness);

      assertThat(outcomes.collected().written)
          .singleElement()
          .satisfies(
              outcome -> {
                assertThat(outcome.training()).isEqualTo(training);
                assertThat(outcome.kind()).isEqualTo(Kind.UPLOADED);
              });
      assertThat(outcomes.collected().flushed).hasValue(0);

      harness.prepareSnapshotPreBarrier(1);
      harness.snapshot(1, 1);

      assertThat(outcomes.collected().flushed).hasValue(1);
    }
    assertThat(outcomes.collected().closed).hasValue(1);
  }

  @Test
  void aCheckpointDoesNotWaitForAnUploadAndARestoredWriterUploadsAgain() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    OperatorSubtaskState state;
    watson.creates.add(watson.hanging());
    try (var harness = harness(sink().build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(training));
      await().until(() -> watson.creates().size() == 1);

      harness.prepareSnapshotPreBarrier(1);
      state = harness.snapshot(1, 1);
    }
    assertThat(outcomes.collected().written).isEmpty();

    try (var harness = harness(sink().build())) {
      harness.initializeState(state);
      harness.open();
      runOneMail(harness);

      assertThat(outcomes.collected().written)
          .singleElement()
          .satisfies(outcome -> assertThat(outcome.training()).isEqualTo(training));
      harness.prepareSnapshotPreBarrier(2);
      state = harness.snapshot(2, 2);
    }

    try (var harness = harness(sink().build())) {
      harness.initializeState(state);
      harness.open();
      harness.endInput();
    }
    assertThat(outcomes.collected().written).hasSize(1);
    assertThat(watson.classifiers("secret-key-first")).isEqualTo(1);
  }

  @Test
  void anUploadThatIsBrokenOffByClosingLeavesItsJournalForTheNextWriter() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    watson.creates.add(
        (exchange, call) -> {
          watson.addClassifier("secret-key-first", "taken_1", "My pets");
          watson.hanging().answer(exchange, call);
        });
    OperatorSubtaskState state;
    try (var harness = harness(sink().setMaxAttempts(1).build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(training));
      await().until(() -> watson.creates().size() == 1);
      state = harness.snapshot(1, 1);
    }

    try (var harness = harness(sink().build())) {
      harness.initializeState(state);
      harness.open();
      runOneMail(harness);
    }

    assertThat(outcomes.collected().written)
        .singleElement()
        .satisfies(
            outcome ->
                assertThat(outcome.classifier())
                    .isNotNull()
                    .extracting(Classifier::id)
                    .isEqualTo("taken_1"));
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void theEndOfInputWaitsForAllUploads() throws Exception {
    try (var harness = harness(sink().setMaxConcurrentUploads(2).build())) {
      harness.open();
      for (int i = 0; i < 5; i++) {
        harness.processElement(
            new StreamRecord<>(TestTrainings.pets(directory, "r" + i, "key" + i)));
      }

      harness.endInput();

      assertThat(outcomes.collected().written).hasSize(5);
      assertThat(outcomes.collected().flushed).hasValue(5);
    }
  }

  @Test
  void noMoreUploadsRunAtOnceThanAllowed() throws Exception {
    IntStream.range(0, 3).forEach(i -> watson.creates.add(watson.hanging()));
    try (var harness = harness(sink().setMaxConcurrentUploads(2).build())) {
      harness.open();
      for (int i = 0; i < 3; i++) {
        harness.processElement(
            new StreamRecord<>(TestTrainings.pets(directory, "r" + i, "key" + i)));
      }
      await().until(() -> watson.creates().size() == 2);

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
  void aFullQueueHoldsTheStreamUpUntilAnUploadEnds() throws Exception {
    try (var harness = harness(sink().setMaxQueuedTrainings(1).build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r2", "second")));

      assertThat(outcomes.collected().written)
          .extracting(outcome -> outcome.training().id())
          .containsExactly("r1");
    }
  }

  @Test
  void aTrainingThatIsUnderWayIsNotStartedTwice() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    try (var harness = harness(sink().build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(training));
      harness.processElement(new StreamRecord<>(training));
      harness.endInput();
    }
    assertThat(outcomes.collected().written).hasSize(1);
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void aBugFailsTheJob() throws Exception {
    WatsonSink<Training> sink =
        sink()
            .setCredentialsResolver(
                name -> {
                  throw new IllegalStateException("a bug");
                })
            .build();
    try (var harness = harness(sink)) {
      harness.open();
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));

      assertThatThrownBy(() -> runOneMail(harness))
          .hasMessageContaining("Training r1")
          .hasRootCauseMessage("a bug");
    }
  }

  @Test
  void recordsAndBytesAreCounted() throws Exception {
    watson.creates.add(FakeWatson.answering(400, "{\"error\":{\"description\":\"bad\"}}"));
    try (var harness = harness(sink().setMaxConcurrentUploads(1).build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r2", "second")));
      harness.endInput();

      // Flink's counters of what a sink sends are those of what an operator puts out.
      OperatorIOMetricGroup metrics = harness.getOperator().getMetricGroup().getIOMetricGroup();
      assertThat(metrics.getNumRecordsOutCounter().getCount()).isEqualTo(1);
      assertThat(metrics.getNumBytesOutCounter().getCount()).isEqualTo(200_000);
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
        var harness = harness(sink().setCredentialsResolver(resolver).build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(training));
      harness.endInput();
      state = harness.snapshot(1, 1);
      harness
          .getOperator()
          .getMetricGroup()
          .getAllVariables()
          .forEach((name, value) -> seen.add(name + value));
    }
    Path snapshot = directory.resolve("snapshot");
    OperatorSnapshotUtil.writeStateHandle(state, snapshot.toString());

    assertThat(seen).anyMatch(line -> line.contains("Training r1 is uploaded"));
    assertThat(seen).anyMatch(line -> line.contains("executing POST /v3/classifiers"));
    seen.add(Files.readString(snapshot, StandardCharsets.ISO_8859_1));
    assertThat(seen).anyMatch(line -> line.contains("\"kind\":\"removal\""));
    seen.add(outcomes.collected().written.toString());
    seen.add(Files.readString(TestTrainings.file(training.journal())));
    assertThat(outcomes.collected().written)
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.kind()).isEqualTo(Kind.UPLOADED);
              assertThat(outcome.rejectedCredentials()).containsExactly("a", "b", "basic");
            });
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
    var harness = harness(sink().build());
    harness.open();
    harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));
    await().until(() -> watson.creates().size() == 1);

    assertThat(closingTime(harness)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void closingDoesNotWaitForAServiceThatReadsNothing() throws Exception {
    List<Socket> accepted = new ArrayList<>();
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var harness = harness(sink().setIamUrl("http://127.0.0.1:" + deaf.getLocalPort()).build());
      harness.open();
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));
      accepted.add(deaf.accept());

      assertThat(closingTime(harness)).isLessThan(Duration.ofSeconds(3));
    } finally {
      for (Socket socket : accepted) {
        socket.close();
      }
    }
  }

  @Test
  void closingDoesNotWaitForABackOff() throws Exception {
    watson.creates.add(FakeWatson.answering(503, ""));
    var harness =
        harness(
            sink()
                .setInitialBackoff(Duration.ofHours(1))
                .setMaxBackoff(Duration.ofHours(1))
                .build());
    harness.open();
    harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));
    await().until(() -> watson.creates().size() == 1);

    assertThat(closingTime(harness)).isLessThan(Duration.ofSeconds(3));
  }

  private static Duration closingTime(AutoCloseable harness) throws Exception {
    long start = System.nanoTime();
    harness.close();
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
