package io.github.satchel.connectors.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.Credentials.Auth;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the writer does after an outcome, across restarts, in processing time. */
@Timeout(60)
@SuppressWarnings("try") // The harness lets close() be interrupted.
class LaterWorkTest {

  private static final String KEY = "secret-key-first";
  private static final Duration AGAIN = Duration.ofMinutes(15);

  private Path directory;
  private FakeWatson watson;
  private CollectingSink events;

  @BeforeEach
  void start(@TempDir Path directory, TestInfo test) throws IOException {
    this.directory = directory;
    watson = new FakeWatson();
    events = new CollectingSink(test.getDisplayName(), 0);
  }

  @AfterEach
  void stop() {
    watson.close();
  }

  private WatsonSinkBuilder<Training> sink() {
    String url = watson.url();
    return WatsonSink.<Training>builder()
        .setElementConverter(training -> training)
        .setEventSink(events)
        .setCredentialsResolver(
            name -> Optional.of(new Credentials(url, "secret-key-" + name, Auth.BASIC)))
        .setInitialBackoff(Duration.ofMillis(1))
        .setMaxBackoff(Duration.ofMillis(2));
  }

  private static OneInputStreamOperatorTestHarness<Training, CommittableMessage<Void>> harness(
      Sink<Training> sink) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<>(sink));
  }

  private static OneInputStreamOperatorTestHarness<Training, CommittableMessage<Void>> harness(
      Sink<Training> sink, int subtask) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(
        new SinkWriterOperatorFactory<>(sink), 4, 2, subtask);
  }

  private static void runOneMail(OneInputStreamOperatorTestHarness<?, ?> harness) throws Exception {
    harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
  }

  private List<TrainingEvent> events(Kind kind) {
    return events.collected().written.stream().filter(event -> event.kind() == kind).toList();
  }

  /** Uploads a training and takes a snapshot when there is no work that is due. */
  private OperatorSubtaskState uploaded(WatsonSink<Training> sink, Training training, int mails)
      throws Exception {
    try (var harness = harness(sink)) {
      harness.open();
      harness.processElement(new StreamRecord<>(training));
      for (int i = 0; i < mails; i++) {
        runOneMail(harness);
      }
      assertThat(events(Kind.UPLOADED)).hasSize(1);
      harness.prepareSnapshotPreBarrier(1);
      return harness.snapshot(1, 1);
    }
  }

  private Classifier classifier() {
    return Objects.requireNonNull(events(Kind.UPLOADED).get(0).classifier());
  }

  @Test
  void aClassifierIsFollowedAcrossARestartUntilItIsReady() throws Exception {
    OperatorSubtaskState state =
        uploaded(sink().build(), TestTrainings.pets(directory, "r1", "first"), 1);
    try (var harness = harness(sink().build())) {
      harness.initializeState(state);
      harness.open();
      harness.setProcessingTime(9_999);
      assertThat(watson.shows()).isEmpty();
      harness.setProcessingTime(10_000);
      runOneMail(harness);
      assertThat(watson.shows()).hasSize(1);
      watson.end(KEY, classifier().id(), "ready", "");
      harness.setProcessingTime(30_000);
      runOneMail(harness);
      assertThat(events(Kind.READY)).hasSize(1);
      harness.prepareSnapshotPreBarrier(2);
      state = harness.snapshot(2, 2);
    }
    try (var harness = harness(sink().build())) {
      harness.initializeState(state);
      harness.open();
      harness.setProcessingTime(Duration.ofHours(3).toMillis());
      harness.endInput();
    }
    assertThat(events.collected().written)
        .extracting(TrainingEvent::kind)
        .containsExactly(Kind.UPLOADED, Kind.READY);
    assertThat(watson.shows()).hasSize(2);
  }

  @Test
  void aReplacedClassifierThatReappearsIsDeletedAgainAfterARestart() throws Exception {
    watson.addClassifier(KEY, "old_1", "My pets");
    Training training =
        TestTrainings.replacing(TestTrainings.pets(directory, "r1", "first"), "old_1");
    WatsonSink<Training> sink = sink().setFollow(false).setDeleteAgainAfter(AGAIN).build();
    OperatorSubtaskState state = uploaded(sink, training, 2);
    assertThat(watson.ids(KEY)).containsExactly(classifier().id());
    watson.addClassifier(KEY, "old_1", "My pets");

    try (var harness = harness(sink)) {
      harness.initializeState(state);
      harness.open();
      harness.setProcessingTime(AGAIN.toMillis() - 1);
      assertThat(watson.deletes()).hasSize(1);
      harness.setProcessingTime(AGAIN.toMillis());
      runOneMail(harness);
      assertThat(watson.ids(KEY)).containsExactly(classifier().id());
      harness.prepareSnapshotPreBarrier(2);
      state = harness.snapshot(2, 2);
    }
    try (var harness = harness(sink)) {
      harness.initializeState(state);
      harness.open();
      harness.setProcessingTime(AGAIN.toMillis() * 3);
      harness.endInput();
    }
    assertThat(watson.deletes()).hasSize(2);
  }

  @Test
  void workThatWasDueWhileTheJobWasDownIsDoneAtOnce() throws Exception {
    OperatorSubtaskState state =
        uploaded(sink().build(), TestTrainings.pets(directory, "r1", "first"), 1);
    watson.end(KEY, classifier().id(), "ready", "");
    try (var harness = harness(sink().build())) {
      harness.setProcessingTime(Duration.ofHours(1).toMillis());
      harness.initializeState(state);
      harness.open();
      runOneMail(harness);
    }
    assertThat(events(Kind.READY)).hasSize(1);
  }

  @Test
  void afterRescalingEveryPieceOfWorkIsDoneByOneSubtask() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(sink().build())) {
      harness.open();
      for (int i = 0; i < 4; i++) {
        harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r" + i, "first")));
      }
      for (int i = 0; i < 4; i++) {
        runOneMail(harness);
      }
      harness.prepareSnapshotPreBarrier(1);
      state = harness.snapshot(1, 1);
    }
    watson.ids(KEY).forEach(id -> watson.end(KEY, id, "ready", ""));
    List<Integer> shares = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      int before = events(Kind.READY).size();
      try (var harness = harness(sink().build(), subtask)) {
        harness.setProcessingTime(Duration.ofMinutes(1).toMillis());
        harness.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(state, 4, 1, 2, subtask));
        harness.open();
        runOneMail(harness);
        runOneMail(harness);
      }
      shares.add(events(Kind.READY).size() - before);
    }
    assertThat(shares).containsExactly(2, 2);
    assertThat(events(Kind.READY))
        .extracting(event -> event.training().id())
        .containsExactlyInAnyOrder("r0", "r1", "r2", "r3");
  }

  @Test
  void theEndOfInputWaitsForTheDeletionAndNotForTheTraining() throws Exception {
    watson.addClassifier(KEY, "old_1", "My pets");
    try (var harness = harness(sink().build())) {
      harness.open();
      harness.processElement(
          new StreamRecord<>(
              TestTrainings.replacing(TestTrainings.pets(directory, "r1", "first"), "old_1")));
      harness.endInput();
    }
    assertThat(watson.ids(KEY)).containsExactly(classifier().id());
  }

  @Test
  void moreClassifiersThanCanBeFollowedAreCheckedOnceAndUnknown() throws Exception {
    try (var harness = harness(sink().setMaxFollowed(1).build())) {
      harness.setProcessingTime(Duration.ofDays(1).toMillis());
      harness.open();
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));
      runOneMail(harness);
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r2", "first")));
      runOneMail(harness);
      runOneMail(harness);
    }
    assertThat(events(Kind.TRAINING_UNKNOWN))
        .singleElement()
        .satisfies(event -> assertThat(event.training().id()).isEqualTo("r2"));
    assertThat(watson.shows()).hasSize(1);
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
    try (var harness = harness(sink().setProgressInterval(Duration.ofMillis(1)).build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(longer));
      harness.endInput();
    }
    List<TrainingEvent> told = events.collected().written;
    assertThat(told.get(told.size() - 1).kind()).isEqualTo(Kind.UPLOADED);
    assertThat(events(Kind.UPLOADING)).isNotEmpty();
    assertThat(events(Kind.UPLOADING))
        .extracting(TrainingEvent::sentBytes)
        .isSorted()
        .doesNotHaveDuplicates()
        .allMatch(sent -> sent > 0 && sent <= longer.bytes());
  }

  @Test
  void aFollowUpDoesNotWaitForUploadsThatHang() throws Exception {
    try (var harness = harness(sink().setMaxConcurrentUploads(1).build())) {
      harness.open();
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r1", "first")));
      runOneMail(harness);
      watson.end(KEY, classifier().id(), "ready", "");
      watson.creates.add(watson.hanging());
      harness.processElement(new StreamRecord<>(TestTrainings.pets(directory, "r2", "first")));
      await().until(() -> watson.creates().size() == 2);

      harness.setProcessingTime(10_000);
      runOneMail(harness);
    }
    assertThat(events(Kind.READY)).hasSize(1);
  }

  @Test
  void theStateOfAWriterOfVersionOneIsRestored() throws Exception {
    List<Work> recovered = new ArrayList<>();
    RestoringSink.RECOVERED = recovered;
    String snapshot =
        Path.of(
                Objects.requireNonNull(LaterWorkTest.class.getResource("/state/writer-v1-snapshot"))
                    .toURI())
            .toString();
    try (var harness = harness(new RestoringSink())) {
      harness.initializeState(OperatorSnapshotUtil.readStateHandle(snapshot));
      harness.open();
    }
    assertThat(recovered).hasSize(2);
    assertThat(recovered.get(0))
        .isEqualTo(
            new Work.Upload(
                new Training(
                    "r1",
                    "Mes bêtes_r1",
                    List.of(
                        new ExampleArchive(
                            "chat", "file:/nowhere/satchel-v1/r1/chat.zip", 12_345, 0, null),
                        new ExampleArchive(
                            "chien", "file:/nowhere/satchel-v1/r1/chien.zip", 23_456, 0, null)),
                    "file:/nowhere/satchel-v1/r1/upload.json",
                    List.of("class-7", "pool-3"),
                    List.of("pets_1941945966"),
                    Map.of(),
                    "{\"projectId\":\"p1\"}")));
  }

  /** Restores what a sink of this package would, and does nothing with it. */
  private static final class RestoringSink
      implements Sink<Training>, SupportsWriterState<Training, Work> {

    private static List<Work> RECOVERED = List.of();

    @Override
    public StatefulSinkWriter<Training, Work> createWriter(WriterInitContext context) {
      return restoreWriter(context, List.of());
    }

    @Override
    public StatefulSinkWriter<Training, Work> restoreWriter(
        WriterInitContext context, Collection<Work> recovered) {
      RECOVERED.addAll(recovered);
      return new StatefulSinkWriter<>() {
        @Override
        public List<Work> snapshotState(long checkpointId) {
          return List.of();
        }

        @Override
        public void write(Training element, Context context) {}

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
      };
    }

    @Override
    public SimpleVersionedSerializer<Work> getWriterStateSerializer() {
      return new WorkSerializer();
    }
  }
}
