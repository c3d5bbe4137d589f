package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.ElementConverter;
import io.github.satchel.connectors.training.EventConverter;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.operator.Trainer.Step;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.runtime.metrics.MetricNames;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a classifier made for every element, and puts out what becomes of it. To be used on a stream
 * that is keyed by {@link Training#id}: so a training has one owner, also after any rescaling, and
 * one that comes again while it is under way is not started twice.
 *
 * <p>The task thread never waits for a service. Trainings wait in keyed state, and run on threads
 * of a bounded pool; what comes after an outcome (asking for the status, deleting what was
 * replaced) waits for its timers. In the heap are what runs and the ids of what waits for a thread.
 * The operator holds up neither its input nor a checkpoint.
 *
 * <p>State of a training: until its outcome the element; after it, as long as something is to be
 * done, {@linkplain ElementConverter#remainder what events need of the element}, and a few hundred
 * bytes for each thing to do. Then, for as long as the operator is to remember, that remainder and
 * the classifier; then nothing.
 *
 * <p>A training can be withdrawn: once it has ended, what it created is deleted, and so is what is
 * remembered of it. An upload that runs, or waits for its turn, is not broken off.
 *
 * @param <IN> the elements
 * @param <OUT> what events become
 */
public final class TrainingOperator<IN, OUT> extends KeyedOperator<OUT>
    implements OneInputStreamOperator<IN, OUT> {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(TrainingOperator.class);

  /** Threads for work after an outcome: short calls, which uploads must not hold up. */
  static final int FOLLOW_UP_THREADS = 4;

  /** Follow-ups that run or wait for a thread; further ones wait for a timer. */
  private static final int MAX_FOLLOW_UPS = 16 * FOLLOW_UP_THREADS;

  /** What has waited for less cannot be obsolete. */
  private static final Duration LONG_WAIT = Duration.ofMinutes(1);

  /** From one follow-up that has to wait for a timer to the next: 100 a second. */
  private static final long PUT_OFF_MS = 10;

  /** What a closed upload gets to notice; its threads are daemons and end by themselves later. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Values that the histogram remembers. */
  private static final int HISTOGRAM_SIZE = 1_000;

  /** What {@link TrainingEvent.Kind#WITHDRAWN} becomes, and where that goes. */
  record Withdrawals<IN, W>(EventConverter<IN, W> events, OutputTag<W> tag)
      implements Serializable {

    void tell(Output<?> output, IN element, TrainingEvent event) {
      output.collect(tag, new StreamRecord<>(events.convert(element, event)));
    }
  }

  private final TrainerFactory service;
  private final ElementConverter<IN> converter;
  private final EventConverter<IN, OUT> events;
  private final TypeInformation<IN> elements;
  private final @Nullable Withdrawals<IN, ?> withdrawn;
  private final TrainingOptions options;

  private transient Retrier retrier;
  private transient Trainer trainer;
  private transient TrainingRunner runner;
  private transient ByteBudget memory;
  private transient KeyedWork uploads;
  private transient KeyedWork steps;
  private transient Clock clock;

  private transient ValueState<IN> pending;

  /** Heap that the element in {@link #pending} needs, so that nobody reads it too early. */
  private transient ValueState<Long> queued;

  /** When the element in {@link #pending} came, processing time in milliseconds. */
  private transient ValueState<Long> arrived;

  private transient ValueState<IN> remainder;
  private transient ValueState<Classifier> classifier;
  private transient MapState<String, FollowUp> followUps;

  /** The remainder and the classifier of a training that created one, while it is remembered. */
  private transient ValueState<IN> made;

  private transient ValueState<Classifier> madeClassifier;

  /** Elements that withdraw the training and are not answered yet. */
  private transient ListState<IN> withdrawals;

  /** Ids of the trainings that wait for a thread, in order of arrival. */
  private transient Queue<String> waiting;

  private transient int running;

  /** The follow-ups that run, by training and key. */
  private transient Set<List<String>> underWay;

  /** Of these, those that the end of a bounded stream waits for. */
  private transient int urgent;

  private transient long putOffUntil;

  transient Counter sent;
  transient Counter sentBytes;
  transient Counter sendErrors;

  /** In milliseconds, from a training's turn to its outcome. */
  private transient Histogram uploadTime;

  private transient volatile long lastUploadMillis;

  @SuppressWarnings("NullAway.Init") // the rest comes with open()
  TrainingOperator(
      TrainerFactory service,
      ElementConverter<IN> converter,
      EventConverter<IN, OUT> events,
      TypeInformation<IN> elements,
      @Nullable Withdrawals<IN, ?> withdrawn,
      TrainingOptions options) {
    this.withdrawn = withdrawn;
    this.service = service;
    this.converter = converter;
    this.events = events;
    this.elements = elements;
    this.options = options;
  }

  @Override
  public void open() throws Exception {
    super.open();
    pending = state("pending", elements);
    queued = state("queued", Types.LONG);
    arrived = state("arrived", Types.LONG);
    remainder = state("remainder", elements);
    classifier = state("classifier", TypeInformation.of(Classifier.class));
    followUps = mapState("follow-ups", Types.STRING, TypeInformation.of(FollowUp.class));
    made = remembered("made", elements);
    madeClassifier = remembered("made-classifier", TypeInformation.of(Classifier.class));
    withdrawals =
        getRuntimeContext().getListState(new ListStateDescriptor<>("withdrawals", elements));
    waiting = new ArrayDeque<>();
    underWay = new HashSet<>();
    clock = Clock.tickMillis(ZoneOffset.UTC);
    String job = getRuntimeContext().getJobInfo().getJobId().toString();
    memory = ByteBudget.open(job, options.maxHeapBytes());
    openMetrics();
    TrainingMetrics metrics = new TrainingMetrics(getMetricGroup().addGroup(TrainingMetrics.GROUP));
    retrier = new Retrier(options.retries(), metrics, new Random());
    trainer =
        service.create(
            new TrainerFactory.Context(
                new HttpTransport(options.transport(), clock),
                options.maxUploadBytes(),
                retrier,
                metrics,
                clock,
                job,
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks()));
    runner = new TrainingRunner(trainer, retrier, options.keepArchives(), metrics, clock);
    uploads = work("satchel-trainer-upload", options.maxConcurrentUploads(), CLOSE_LIMIT);
    steps = work("satchel-trainer-follow-up", FOLLOW_UP_THREADS, CLOSE_LIMIT);
    resume();
  }

  private void openMetrics() {
    MetricGroup group = getMetricGroup();
    sent = group.counter(MetricNames.NUM_RECORDS_SEND);
    sentBytes = group.counter(MetricNames.NUM_BYTES_SEND);
    sendErrors = group.counter(MetricNames.NUM_RECORDS_SEND_ERRORS);
    group.gauge(MetricNames.CURRENT_SEND_TIME, () -> lastUploadMillis);
    uploadTime =
        group
            .addGroup(TrainingMetrics.GROUP)
            .histogram("upload", new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
    group.gauge("pendingTrainings", () -> waiting.size() + running);
    group.gauge("runningFollowUps", this::followUpsUnderWay);
  }

  /** What ran when the checkpoint was taken has no timer that would start it again. */
  private void resume() throws Exception {
    Map<String, Long> since = new HashMap<>();
    for (String id : keysWith("queued")) {
      setCurrentKey(id);
      since.put(id, arrived());
    }
    // In order of arrival again: after many restarts some would wait for ever otherwise.
    since.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(each -> waiting.add(each.getKey()));
    startUploads();
    for (String id : keysWith("follow-ups")) {
      setCurrentKey(id);
      startFollowUps(id);
    }
  }

  @Override
  public void processElement(StreamRecord<IN> record) throws Exception {
    String id = (String) getCurrentKey();
    if (converter.withdraws(record.getValue())) {
      LOG.info("Training {} is withdrawn", id);
      withdrawals.add(record.getValue());
      if (queued.value() == null) {
        withdraw(id);
      }
      return;
    }
    if (queued.value() != null) {
      LOG.info("Training {} is already in progress", id);
      return;
    }
    pending.update(record.getValue());
    queued.update(training(record.getValue()).contentBytes());
    arrived.update(now());
    waiting.add(id);
    startUploads();
  }

  private void startUploads() throws Exception {
    while (running < options.maxConcurrentUploads() && !waiting.isEmpty()) {
      String id = waiting.remove();
      setCurrentKey(id);
      long bytes = Objects.requireNonNull(queued.value());
      running++;
      uploads.submit(
          id,
          () -> upload(id, bytes),
          upload -> {
            complete(id, upload);
            memory.release(bytes);
          });
    }
  }

  /** When the current element came; 0 if an older version left that out. */
  private long arrived() throws IOException {
    Long time = arrived.value();
    return time == null ? 0 : time;
  }

  /** An element whose turn it is. */
  private record Turn<IN>(IN element, Duration waited) {}

  /** An upload that has ended; without outcome, if it was not to be made any more. */
  private record Upload<IN>(IN element, @Nullable TrainingEvent outcome, Duration took) {}

  /** On a thread of the pool. An element is read once there is heap for what it brings along. */
  private Upload<IN> upload(String id, long bytes) throws InterruptedException {
    memory.acquire(bytes);
    Turn<IN> turn =
        uploads.ask(
            id,
            () ->
                new Turn<>(
                    Objects.requireNonNull(pending.value()), Duration.ofMillis(now() - arrived())));
    IN element = turn.element();
    if (turn.waited().compareTo(LONG_WAIT) >= 0 && isObsolete(element)) {
      return new Upload<>(element, null, Duration.ZERO);
    }
    Training training = training(element);
    long start = System.nanoTime();
    LongConsumer progress =
        new ProgressEvents(
            training,
            options.progressInterval(),
            event -> uploads.tell(id, () -> emit(element, event)),
            clock);
    TrainingEvent outcome = runner.run(training, progress);
    return new Upload<>(element, outcome, Duration.ofNanos(System.nanoTime() - start));
  }

  private boolean isObsolete(IN element) throws InterruptedException {
    try {
      return retrier.retrying(
          () -> {
            try {
              return converter.isObsolete(element);
            } catch (IOException unreadable) {
              throw new UploadException(Verdict.UNAVAILABLE, unreadable.toString());
            }
          });
    } catch (UploadException unreadable) {
      return false; // nor can its journal be read, then
    }
  }

  private void complete(String id, Upload<IN> upload) throws Exception {
    running--;
    pending.clear();
    queued.clear();
    arrived.clear();
    if (upload.outcome() == null) {
      LOG.info("Training {} ended before, and its files have been removed since", id);
    } else {
      complete(id, upload.element(), upload.outcome(), upload.took());
    }
    if (withdrawals.get().iterator().hasNext()) {
      withdraw(id);
    }
    startUploads();
  }

  private void complete(String id, IN element, TrainingEvent outcome, Duration took)
      throws Exception {
    emit(element, outcome);
    measure(outcome, took);
    List<FollowUp> todo = trainer.after(outcome, instant());
    if (!todo.isEmpty()) {
      remainder.update(converter.remainder(element));
      classifier.update(Objects.requireNonNull(outcome.classifier()));
      for (FollowUp each : todo) {
        if (!followUps.contains(each.key())) { // else it is of an outcome that is told again
          followUps.put(each.key(), each);
          schedule(id, each);
        }
      }
    }
    if (outcome.classifier() != null && !options.remember().isZero()) {
      made.update(converter.remainder(element));
      madeClassifier.update(outcome.classifier());
    }
  }

  /** Undoes a training that is not under way. */
  private void withdraw(String id) throws Exception {
    followUps.remove(FollowUp.STATUS);
    IN element = made.value() == null ? remainder.value() : made.value();
    Classifier created =
        madeClassifier.value() == null ? classifier.value() : madeClassifier.value();
    FollowUp work = created == null ? null : trainer.withdrawal(created, instant());
    FollowUp known = work == null ? null : followUps.get(work.key());
    if (work == null || (known != null && known.kind() == FollowUp.Kind.SECOND_DELETION)) {
      answerWithdrawals(instant(), null, null);
      clearUnlessFollowed();
    } else if (known == null) {
      remainder.update(element);
      classifier.update(created);
      followUps.put(work.key(), work);
      schedule(id, work);
    } // else that answers for all of them
  }

  private void answerWithdrawals(
      Instant at, @Nullable Classifier created, @Nullable TrainingError error) throws Exception {
    for (IN each : withdrawals.get()) {
      Objects.requireNonNull(withdrawn, "nobody takes withdrawals")
          .tell(
              output,
              each,
              new TrainingEvent(
                  training(each),
                  TrainingEvent.Kind.WITHDRAWN,
                  at,
                  created,
                  error,
                  TrainingEvent.Upload.NONE));
    }
    withdrawals.clear();
    made.clear();
    madeClassifier.clear();
  }

  private void measure(TrainingEvent outcome, Duration took) {
    Training training = outcome.training();
    lastUploadMillis = took.toMillis();
    uploadTime.update(lastUploadMillis);
    Classifier made = outcome.classifier();
    TrainingError error = outcome.error();
    if (made != null) {
      sent.inc();
      sentBytes.inc(training.bytes());
      LOG.info(
          "Training {} is uploaded: classifier {}, credentials {}, {} bytes, {} s",
          training.id(),
          made.id(),
          made.credentials(),
          training.bytes(),
          took.toSeconds());
    } else if (error != null) {
      sendErrors.inc();
      LOG.warn("Training {} failed, {}: {}", training.id(), error.code(), error.message());
    }
  }

  private void emit(IN element, TrainingEvent event) {
    output.collect(new StreamRecord<>(events.convert(element, event), event.at().toEpochMilli()));
  }

  private void schedule(String id, FollowUp work) throws Exception {
    if (work.due().isAfter(instant())) {
      setTimer(work.due().toEpochMilli());
    } else {
      start(id, work);
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    startFollowUps(timer.getKey());
  }

  private void startFollowUps(String id) throws Exception {
    List<FollowUp> due = new ArrayList<>();
    for (Map.Entry<String, FollowUp> each : followUps.entries()) {
      if (!each.getValue().due().isAfter(instant())) {
        due.add(each.getValue());
      }
    }
    for (FollowUp each : due) {
      start(id, each);
    }
  }

  private void start(String id, FollowUp work) throws Exception {
    List<String> name = List.of(id, work.key());
    if (underWay.contains(name)) {
      return;
    }
    if (underWay.size() >= MAX_FOLLOW_UPS && !work.isUrgent()) {
      putOffUntil = Math.max(putOffUntil + PUT_OFF_MS, now() + PUT_OFF_MS);
      setTimer(putOffUntil);
      return;
    }
    underWay.add(name);
    urgent += work.isUrgent() ? 1 : 0;
    IN element = Objects.requireNonNull(remainder.value());
    Classifier made = Objects.requireNonNull(classifier.value());
    Training training = training(element);
    Instant now = instant();
    steps.submit(
        id,
        () -> trainer.advance(training, made, work, now),
        step -> {
          underWay.remove(name);
          urgent -= work.isUrgent() ? 1 : 0;
          proceed(id, element, work, step);
        });
  }

  private void proceed(String id, IN element, FollowUp work, Step step) throws Exception {
    TrainingEvent event = step.event();
    if (event != null && event.kind() == TrainingEvent.Kind.WITHDRAWN) {
      answerWithdrawals(event.at(), event.classifier(), event.error());
    } else if (event != null) {
      emit(element, event);
    }
    if (step.next() != null && followUps.contains(work.key())) {
      followUps.put(work.key(), step.next());
      schedule(id, step.next());
      return;
    }
    followUps.remove(work.key());
    clearUnlessFollowed();
  }

  private void clearUnlessFollowed() throws Exception {
    if (followUps.isEmpty()) {
      remainder.clear();
      classifier.clear();
    }
  }

  /** The follow-ups in the heap: those that run, or wait for a thread. */
  public int followUpsUnderWay() {
    return underWay.size();
  }

  private Training training(IN element) {
    return Objects.requireNonNull(
        converter.convert(element), "an element that stands for no training");
  }

  private Instant instant() {
    return Instant.ofEpochMilli(now());
  }

  /** Waits for every outcome and the first attempt at each deletion. */
  @Override
  public void finish() throws Exception {
    while ((running > 0 || urgent > 0) && !uploads.isClosed()) {
      yieldToMailbox();
    }
    super.finish();
  }

  @Override
  public void close() throws Exception {
    if (uploads != null) {
      retrier.close();
      uploads.stop();
      steps.stop();
      trainer.close();
      uploads.close();
      steps.close();
      memory.close();
    }
    super.close();
  }

  /** State that goes by itself; nothing is put into it if there is nothing to remember. */
  private <T> ValueState<T> remembered(String name, TypeInformation<T> type) {
    ValueStateDescriptor<T> descriptor = new ValueStateDescriptor<>(name, type);
    if (!options.remember().isZero()) {
      descriptor.enableTimeToLive(
          StateTtlConfig.newBuilder(options.remember())
              // Where little is written RocksDB compacts by itself once in 30 days.
              .cleanupInRocksdbCompactFilter(1_000, Duration.ofDays(1))
              .cleanupFullSnapshot()
              .build());
    }
    return getRuntimeContext().getState(descriptor);
  }
}
