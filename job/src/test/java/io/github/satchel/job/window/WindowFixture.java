package io.github.satchel.job.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.ResizedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * A window in Flink's harness. The test's thread is the task's: what other threads ask of the task
 * waits until the test runs its mail, by {@link #runMail} or {@link #settle}.
 */
final class WindowFixture {

  static final long NOW = 1_000_000;
  static final Instant DEADLINE = Instant.ofEpochMilli(NOW + 120_000);
  static final Duration REMEMBER = Duration.ofHours(24);
  static final Problem GONE =
      new Problem(FailureCode.IMAGE_UNREACHABLE, "Unable to download image from pictures.example");
  static final OutputTag<Event> EVENTS = new OutputTag<>("events", TypeInformation.of(Event.class));

  static final OutputTag<PackedRequest> HTTP =
      new OutputTag<>("http", TypeInformation.of(PackedRequest.class));

  private final ArchiveSettings settings;
  private final KeyedTwoInputStreamOperatorTestHarness<
          String, RequestSignal, ResizedImage, PackedRequest>
      harness;

  private WindowFixture(ArchiveSettings settings, Duration remember, Duration progressInterval)
      throws Exception {
    this.settings = settings;
    RequestWindow window = new RequestWindow(settings, remember, progressInterval, EVENTS, HTTP);
    this.harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            window, RequestSignal::requestId, ResizedImage::requestId, Types.STRING);
    window.setMailboxExecutor(
        new MailboxExecutorImpl(
            harness.getTaskMailbox(),
            TaskMailbox.MIN_PRIORITY,
            StreamTaskActionExecutor.IMMEDIATE));
  }

  private WindowFixture(ArchiveSettings settings) throws Exception {
    this(settings, REMEMBER, Duration.ofSeconds(1));
  }

  static WindowFixture open(Path archives) throws Exception {
    return open(settings(archives, 0), null);
  }

  /** Archives in a directory, or those up to a size with their requests. */
  static ArchiveSettings settings(Path archives, long inlineBytes) {
    return new ArchiveSettings(archives.toUri().toString(), false, 2, 2, inlineBytes, 1 << 20);
  }

  static WindowFixture open(ArchiveSettings settings, @Nullable StateBackend backend)
      throws Exception {
    WindowFixture fixture = new WindowFixture(settings);
    if (backend != null) {
      fixture.harness.setStateBackend(backend);
    }
    fixture.setTime(NOW);
    fixture.harness.open();
    return fixture;
  }

  /** Ends this one, and starts another from the state. */
  WindowFixture restart(OperatorSubtaskState state) throws Exception {
    return restart(state, null);
  }

  WindowFixture restart(OperatorSubtaskState state, @Nullable StateBackend backend)
      throws Exception {
    close();
    WindowFixture next = new WindowFixture(settings);
    if (backend != null) {
      next.harness.setStateBackend(backend);
    }
    return next.open(state, NOW + 1);
  }

  /** Ends this one, and starts another from the state at a later time. */
  WindowFixture restartAt(long time, OperatorSubtaskState state) throws Exception {
    close();
    return new WindowFixture(settings).open(state, time);
  }

  /** Ends this one, and starts another from the state with other settings. */
  WindowFixture restart(
      OperatorSubtaskState state,
      ArchiveSettings changed,
      Duration remember,
      Duration progressInterval)
      throws Exception {
    close();
    return new WindowFixture(changed, remember, progressInterval).open(state, NOW + 1);
  }

  private WindowFixture open(OperatorSubtaskState state, long time) throws Exception {
    setTime(time);
    harness.initializeState(state);
    harness.open();
    // What is due fires as in a task.
    setTime(time);
    return this;
  }

  OperatorSubtaskState snapshot() throws Exception {
    return harness.snapshot(1, 1);
  }

  /** A checkpoint is taken and completes. */
  void checkpoint(long id) throws Exception {
    harness.snapshot(id, id);
    harness.notifyOfCompletedCheckpoint(id);
  }

  void setTime(long time) throws Exception {
    harness.setProcessingTime(time);
  }

  /** Waits for the next mail to the task, and runs it. */
  void runMail() throws Exception {
    harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
  }

  boolean hasMail() {
    return harness.getTaskMailbox().hasMail();
  }

  int mails() {
    return harness.getTaskMailbox().size();
  }

  /** Waits until the next mail to the task is there. */
  void awaitMail() throws Exception {
    TaskMailbox mailbox = harness.getTaskMailbox();
    mailbox.put(mailbox.take(TaskMailbox.MIN_PRIORITY));
  }

  /** Runs mail until no work is left. */
  void settle() throws Exception {
    harness.getOperator().finish();
    while (hasMail()) {
      runMail();
    }
  }

  static TrainingRequest request(ImageFailurePolicy policy) {
    return Requests.request("r-1", 10, policy);
  }

  static TrainingRequest stored(TrainingRequest request) {
    return delivered(request, new Delivery(Delivery.Kind.STORE, List.of(), List.of()));
  }

  static TrainingRequest delivered(TrainingRequest request, Delivery deliverTo) {
    return new TrainingRequest(
        request.requestId(),
        request.projectId(),
        request.classId(),
        request.userId(),
        request.name(),
        request.labels(),
        deliverTo,
        request.onImageFailure(),
        request.deadlineSeconds(),
        request.format(),
        request.receivedAt());
  }

  void send(TrainingRequest request) throws Exception {
    signal(RequestSignal.admitted(new AdmittedRequest(request, DEADLINE)));
  }

  /** The request comes once more. */
  void repeat(TrainingRequest request) throws Exception {
    signal(RequestSignal.repeated(request.requestId()));
  }

  void signal(RequestSignal signal) throws Exception {
    harness.processElement1(new StreamRecord<>(signal));
  }

  void sendImages(TrainingRequest request, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      sendImage(request, i);
    }
  }

  void sendImage(TrainingRequest request, int index) throws Exception {
    sendImage(request, index, picture(index));
  }

  void sendImage(TrainingRequest request, int index, byte[] picture) throws Exception {
    send(ResizedImage.of(task(request, index), picture, "jpg"));
  }

  /** A picture of which there are copies. */
  void sendImage(TrainingRequest request, int index, List<ImageTask.Copy> copies) throws Exception {
    ImageTask one = task(request, index);
    send(
        ResizedImage.of(
            new ImageTask(
                one.requestId(),
                one.index(),
                one.label(),
                one.location(),
                one.format(),
                one.deadline(),
                copies),
            picture(index),
            "jpg"));
  }

  void sendProblem(TrainingRequest request, int index) throws Exception {
    send(ResizedImage.failed(task(request, index), GONE));
  }

  private void send(ResizedImage image) throws Exception {
    harness.processElement2(new StreamRecord<>(image));
  }

  private static ImageTask task(TrainingRequest request, int index) {
    int first = 0;
    for (Label label : request.labels()) {
      if (index < first + label.images().size()) {
        ImageLocation image = label.images().get(index - first);
        return new ImageTask(
            request.requestId(), index, label.name(), image, request.format(), DEADLINE);
      }
      first += label.images().size();
    }
    throw new IllegalArgumentException("there is no image " + index);
  }

  static byte[] picture(int index) {
    return ("picture " + index).getBytes(StandardCharsets.UTF_8);
  }

  List<PackedRequest> packed() {
    return harness.extractOutputValues();
  }

  /** Those that go to an endpoint. */
  List<PackedRequest> packedForEndpoints() {
    List<PackedRequest> packed = new ArrayList<>();
    var records = harness.getSideOutput(HTTP);
    if (records != null) {
      records.forEach(record -> packed.add(record.getValue()));
    }
    return packed;
  }

  PackedRequest onlyPacked() throws Exception {
    settle();
    assertThat(packed()).hasSize(1);
    return packed().get(0);
  }

  List<Event> outcomes() {
    return events().stream().filter(event -> event.type().isOutcome()).toList();
  }

  Event onlyOutcome() throws Exception {
    settle();
    assertThat(outcomes()).hasSize(1);
    return outcomes().get(0);
  }

  List<ImageCounts> progress() {
    return events().stream()
        .filter(event -> event.type() == Event.Type.PROGRESS)
        .map(Event::images)
        .toList();
  }

  List<Event> events() {
    List<Event> events = new ArrayList<>();
    var records = harness.getSideOutput(EVENTS);
    if (records != null) {
      records.forEach(record -> events.add(record.getValue()));
    }
    return events;
  }

  int timers() {
    return harness.numProcessingTimeTimers();
  }

  int stateEntries() {
    return harness.numKeyedStateEntries();
  }

  /** Size of the value of a state, serialized. */
  <T> int bytesOf(String key, String state, TypeInformation<T> type) throws Exception {
    harness.getOperator().setCurrentKey(key);
    return bytesOf(
        type,
        harness
            .getOperator()
            .<String>getKeyedStateBackend()
            .getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new ValueStateDescriptor<>(state, type))
            .value());
  }

  static int bytesOf(LabelTally tally) throws Exception {
    return bytesOf(TypeInformation.of(LabelTally.class), tally);
  }

  private static <T> int bytesOf(TypeInformation<T> type, T value) throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(64);
    type.createSerializer(new SerializerConfigImpl()).serialize(value, out);
    return out.length();
  }

  /** How many words the bits of the images that were seen take. */
  int seenWords(String key) throws Exception {
    harness.getOperator().setCurrentKey(key);
    int words = 0;
    for (Integer ignored :
        harness
            .getOperator()
            .<String>getKeyedStateBackend()
            .getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new MapStateDescriptor<>("seen", Types.INT, Types.LONG))
            .keys()) {
      words++;
    }
    return words;
  }

  /** Ends the operator as a crash of the job does. */
  void close() throws Exception {
    harness.getOperator().close(); // that of the harness would settle first
    harness.close();
  }
}
