package io.github.satchel.connectors.training.operator;

import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.ElementConverter;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** A subtask of a trainer whose elements are trainings and whose events come out as they are. */
@SuppressWarnings("try") // The harness lets close() be interrupted.
public final class OperatorFixture implements AutoCloseable {

  static final int MAX_PARALLELISM = 128;

  private static final OutputTag<TrainingEvent> WITHDRAWN =
      new OutputTag<>("withdrawn", TypeInformation.of(TrainingEvent.class));

  final KeyedOneInputStreamOperatorTestHarness<String, Training, TrainingEvent> harness;

  /** A trainer with one subtask. */
  public OperatorFixture(TrainingSinkBuilder<Training, ?> settings) throws Exception {
    this(settings, null, Duration.ZERO);
  }

  /** A trainer with one subtask, at a time, with the state of an earlier one. */
  public OperatorFixture(
      TrainingSinkBuilder<Training, ?> settings,
      @Nullable OperatorSubtaskState state,
      Duration time)
      throws Exception {
    this(settings, state, time, 1, 0);
  }

  /** One subtask of several; the state is its own, see {@link #rescaled}. */
  public OperatorFixture(
      TrainingSinkBuilder<Training, ?> settings,
      @Nullable OperatorSubtaskState state,
      Duration time,
      int parallelism,
      int subtask)
      throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            settings
                .setElementConverter(new Withdrawable())
                .buildOperator(
                    (training, event) -> event,
                    TypeInformation.of(Training.class),
                    (training, event) -> event,
                    WITHDRAWN),
            Training::id,
            Types.STRING,
            MAX_PARALLELISM,
            parallelism,
            subtask);
    harness.setup();
    setTime(time);
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  /** A subtask's part of a state after a change of parallelism. */
  public static OperatorSubtaskState rescaled(
      OperatorSubtaskState state, int from, int to, int subtask) {
    return AbstractStreamOperatorTestHarness.repartitionOperatorState(
        state, MAX_PARALLELISM, from, to, subtask);
  }

  /** Fires the timers up to a time. */
  public void setTime(Duration time) throws Exception {
    harness.setProcessingTime(time.toMillis());
  }

  /** A training without archives withdraws the one of the same id. */
  private static final class Withdrawable implements ElementConverter<Training> {

    private static final long serialVersionUID = 1L;

    @Override
    public Training convert(Training training) {
      return training;
    }

    @Override
    public Training remainder(Training training) {
      return training.withoutArchives();
    }

    @Override
    public boolean withdraws(Training training) {
      return training.archives().isEmpty();
    }

    @Override
    public boolean isObsolete(Training training) throws IOException {
      Path journal = new Path(training.journal());
      return !journal.getFileSystem().exists(journal.getParent());
    }
  }

  /** What was said of withdrawals. */
  public List<TrainingEvent> withdrawn() {
    var records = harness.getSideOutput(WITHDRAWN);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  /** The time by which state goes that is remembered for a while. */
  public void setStateTime(Duration time) {
    harness.setStateTtlProcessingTime(time.toMillis());
  }

  public void process(Training training) throws Exception {
    harness.processElement(new StreamRecord<>(training));
  }

  /** Runs mails until so many events have come out in all. */
  public void awaitEvents(int count) throws Exception {
    while (events().size() < count) {
      runOneMail();
    }
  }

  /** Runs the mails that come until a condition holds. */
  public void until(BooleanSupplier condition) {
    await()
        .pollInSameThread()
        .until(
            () -> {
              while (harness.getTaskMailbox().hasMail()) {
                runOneMail();
              }
              return condition.getAsBoolean();
            });
  }

  public void runOneMail() throws Exception {
    harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
  }

  /** How many follow-ups are in the heap. */
  public int followUpsUnderWay() {
    return operator().followUpsUnderWay();
  }

  public TrainingOperator<?, ?> operator() {
    return (TrainingOperator<?, ?>) harness.getOperator();
  }

  /** The end of a bounded stream. */
  public void finish() throws Exception {
    harness.endInput();
    harness.getOperator().finish();
  }

  public List<TrainingEvent> events() {
    return harness.extractOutputValues();
  }

  public List<TrainingEvent> events(TrainingEvent.Kind kind) {
    return events().stream().filter(event -> event.kind() == kind).toList();
  }

  /** Keys that have an entry in a state. */
  public List<String> keysWith(String state) {
    return operator().keysWith(state);
  }

  /** Whether nothing of any training is left in state. */
  public boolean isEmpty() {
    return Stream.of(
                "pending",
                "queued",
                "arrived",
                "remainder",
                "classifier",
                "follow-ups",
                "made",
                "made-classifier",
                "withdrawals")
            .allMatch(state -> keysWith(state).isEmpty())
        && harness.numProcessingTimeTimers() == 0;
  }

  public OperatorSubtaskState snapshot(long checkpoint) throws Exception {
    harness.prepareSnapshotPreBarrier(checkpoint);
    return harness.snapshot(checkpoint, checkpoint);
  }

  /** Ends the operator as a crash of the job does. */
  @Override
  public void close() throws Exception {
    harness.getOperator().close(); // that of the harness would wait for the uploads first
    harness.close();
  }
}
