package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.ByteBudget;
import io.github.satchel.connectors.training.operator.KeyedWork;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.Ending;
import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Refusal;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.window.ClosedWindow.Contents;
import io.github.satchel.job.window.ClosedWindow.Slice;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by request id: gathers the images of a request, in any order, before or after the request
 * itself. It closes when the last image is there, when those that are leave no way to succeed, when
 * a newer request takes its place, when it is cancelled, or when its time is up. Then the request
 * is decided, its archives are written, one a label, and somebody is told.
 *
 * <p>The task thread never waits for the store. Threads of {@link KeyedWork} do, and ask it for the
 * images, about {@value #SLICE_BYTES} bytes at a time, through the task's mailbox; so the records
 * of other requests and barriers are served in between, and no more than a slice for each thread is
 * in the heap. This is an operator of its own, not a function, as functions have no mailbox, and
 * timers instead would be polling. A closed window stays in state as it is until the decision is
 * told: after a restore all of it is done again, up to the decision that lies in the store.
 *
 * <p>It is a window in the sense of stream processing, a part of the stream that is gathered until
 * a trigger fires, and a keyed operator of its own rather than Flink's window operator: that one
 * reads all elements of a window at once and on the task thread.
 *
 * <p>After that a tombstone stays for a while. It turns away images that come late, and has the
 * outcome told again to whoever sends the request again; when it goes, the journals of the request
 * go with it. That while begins with the outcome: that of a trainer comes back by the topic of
 * events, and until then the archives are needed, however long that takes. The tombstone also stays
 * until a checkpoint with the outcome is complete: after a failure the job would serve the request
 * a second time, and it is the journals that make it end as before.
 *
 * <p>A request that is forgotten ends as if it were cancelled, and the forget goes the way of its
 * archives: behind them, so that the trainer knows what there is to undo.
 */
public final class RequestWindow extends AbstractStreamOperator<PackedRequest>
    implements TwoInputStreamOperator<RequestSignal, ResizedImage, PackedRequest>,
        Triggerable<String, VoidNamespace> {

  private static final Logger LOG = LoggerFactory.getLogger(RequestWindow.class);

  /** Some milliseconds of reading RocksDB. */
  private static final int SLICE_BYTES = 512 * 1024;

  /** Images looked up or removed at once, likewise. */
  static final int IMAGES_AT_ONCE = 500;

  /**
   * From a removal from the store to the next attempt, if it fails, if a crash breaks it off, or if
   * it has to wait for a checkpoint.
   */
  static final Duration FORGET_AGAIN = Duration.ofMinutes(1);

  /** No checkpoint: a failure would start with empty state. */
  private static final long NONE = 0;

  /** Of the waits between such attempts, which double. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  /** Wait before the second attempt to write to the store; doubled for each further one. */
  private static final Duration RETRY_DELAY = Duration.ofMillis(200);

  private static final int MAX_DOUBLINGS = 6;

  /**
   * For a call to the store to notice that it is interrupted. Work that went on for longer could
   * overwrite what the next attempt at the same request writes.
   */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  private static final String ADMISSION = "admission";
  private static final String ENDING = "ending";
  private static final String UNCLEARED = "uncleared";
  private static final String ASKED_AGAIN = "asked-again";

  private final ArchiveSettings settings;
  private final Duration remember;
  private final Duration progressInterval;
  private final OutputTag<Event> events;
  private final OutputTag<PackedRequest> http;

  private transient MailboxExecutor mailbox;
  private transient ArchiveStore archives;
  private transient KeyedWork writers;
  private transient KeyedWork cleaner;
  private transient ByteBudget memory;

  /** Requests that the cleaner has not done with. */
  private transient Set<String> forgetting;

  /** The checkpoint that was taken last; Flink numbers them from 1, on after a restore. */
  private transient long taken;

  /** The newest checkpoint that a failure would go back to. */
  private transient long completed;

  private transient InternalTimerService<VoidNamespace> timers;
  private transient WindowMetrics windowMetrics;
  private transient Counter removalsFailed;

  private transient ValueState<Admission> admission;
  private transient ValueState<TrainingRequest> request;
  private transient MapState<Integer, ArchiveEntry> images;
  private transient MapState<Integer, Problem> problems;
  private transient ValueState<Tally> tally;
  private transient MapState<String, LabelTally> labels;

  /** A bit for each image that is here or known to have failed: words of 64, by number. */
  private transient MapState<Integer, Long> seen;

  /** Why a request is to end that has not come yet, and when to forget that. */
  private transient ValueState<Ending> early;

  /** When images go whose request has not come. */
  private transient ValueState<Long> unclaimed;

  private transient ValueState<Ending> ending;
  private transient ValueState<Tombstone> tombstone;

  /** How many images of a request that has ended may still be in state: those before the index. */
  private transient ValueState<Integer> uncleared;

  private transient ValueState<Boolean> askedAgain;

  /** Who is to know of a request's end as it is forgotten, by tally. */
  private transient MapState<String, Forget> forgets;

  /**
   * @param remember how long a request is remembered after its end
   * @param progressInterval shortest time between two progress events of a request
   * @param http takes the requests whose archives go to an endpoint
   */
  @SuppressWarnings("NullAway.Init") // the rest comes with open()
  public RequestWindow(
      ArchiveSettings settings,
      Duration remember,
      Duration progressInterval,
      OutputTag<Event> events,
      OutputTag<PackedRequest> http) {
    this.settings = settings;
    this.remember = remember;
    this.progressInterval = progressInterval;
    this.events = events;
    this.http = http;
  }

  @Override
  public void setMailboxExecutor(MailboxExecutor executor) {
    mailbox = executor;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    completed = context.getRestoredCheckpointId().orElse(NONE);
    taken = completed;
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    taken = context.getCheckpointId();
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    completed = Math.max(completed, checkpointId);
  }

  @Override
  public void open() throws Exception {
    super.open();
    archives = new ArchiveStore(settings.dir());
    timers = getInternalTimerService("timers", VoidNamespaceSerializer.INSTANCE, this);
    admission = state(ADMISSION, TypeInformation.of(Admission.class));
    request = state("request", TypeInformation.of(TrainingRequest.class));
    images = mapState("images", Types.INT, TypeInformation.of(ArchiveEntry.class));
    problems = mapState("problems", Types.INT, TypeInformation.of(Problem.class));
    tally = state("tally", TypeInformation.of(Tally.class));
    labels = mapState("labels", Types.STRING, TypeInformation.of(LabelTally.class));
    seen = mapState("seen", Types.INT, Types.LONG);
    early = state("early", TypeInformation.of(Ending.class));
    unclaimed = state("unclaimed", Types.LONG);
    ending = state(ENDING, TypeInformation.of(Ending.class));
    tombstone = state("tombstone", TypeInformation.of(Tombstone.class));
    uncleared = state(UNCLEARED, Types.INT);
    askedAgain = state(ASKED_AGAIN, Types.BOOLEAN);
    forgets = mapState("forgets", Types.STRING, TypeInformation.of(Forget.class));

    writers = work("satchel-archive", settings.writers());
    forgetting = new HashSet<>();
    // A class of yesterday that is forgotten must not hold up one of today.
    cleaner = work("satchel-archive-cleaner", 1);
    memory =
        ByteBudget.open(
            getRuntimeContext().getJobInfo().getJobId().toString(), settings.inlineMemory());
    JobMetric.WINDOW_DECIDING.gauge(getMetricGroup(), writers::underWay);
    removalsFailed = JobMetric.WINDOW_REMOVALS_FAILED.counter(getMetricGroup());
    windowMetrics = new WindowMetrics(getMetricGroup());
    resume();
  }

  private KeyedWork work(String name, int threads) {
    return new KeyedWork(mailbox, this::setCurrentKey, name, threads, CLOSE_LIMIT);
  }

  private void resume() throws Exception {
    List<String> closed = keysWith(ENDING);
    closed.forEach(this::decide);
    List<String> open = new ArrayList<>(keysWith(ADMISSION));
    open.removeAll(closed);
    open.forEach(id -> windowMetrics.opened(id, timers.currentProcessingTime()));
    for (String id : keysWith(ASKED_AGAIN)) {
      setCurrentKey(id);
      Tombstone ended = tombstone.value();
      if (ended == null || !ended.training()) {
        answerAgain(id);
      }
    }
    for (String id : keysWith(UNCLEARED)) {
      setCurrentKey(id);
      clearMore(id);
    }
  }

  @Override
  public void processElement1(StreamRecord<RequestSignal> element) throws Exception {
    RequestSignal signal = element.getValue();
    String id = signal.requestId();
    AdmittedRequest admitted = signal.admitted();
    Ending.Cause cause = signal.ending();
    Tombstone ended = tombstone.value();
    if (signal.forget() != null) {
      withdraw(id, signal.forget());
    } else if (signal.ended()) {
      if (ended != null && ended.training()) {
        trained(id, ended);
      } // else it was told here, or before a failure
    } else if (ended != null) {
      if (cause == null && ended.canBeTold() && askedAgain.value() == null) {
        LOG.info("Request {} is a repetition; its outcome is sent again", id);
        askedAgain.update(true);
        if (!ended.training()) {
          answerAgain(id);
        } // else once the trainer is done: what it tells next could be of either time
      }
    } else if (ending.value() == null) {
      if (signal.refusal() != null) {
        refuse(id, Objects.requireNonNull(admitted), signal.refusal());
      } else if (admitted != null) {
        admit(id, admitted);
      } else if (cause != null) {
        endEarly(id, cause);
      } // else a repeat of what is being gathered
    }
  }

  private void trained(String id, Tombstone ended) throws IOException {
    postpone(ended.trained(taken), remember);
    if (askedAgain.value() != null) {
      answerAgain(id);
    }
  }

  private void admit(String id, AdmittedRequest admitted) throws Exception {
    if (admission.value() != null) {
      return; // a repeat
    }
    // Not told by who admits it: that could come after what this operator tells.
    tell(Event.accepted(admitted.request()));
    Admission admittedAs = Admission.of(admitted);
    admission.update(admittedAs);
    windowMetrics.opened(id, timers.currentProcessingTime());
    request.update(admitted.request());
    boolean lost = false;
    for (Label label : admitted.request().labels()) {
      LabelTally counted = label(label.name()).of(label.images().size());
      labels.put(label.name(), counted);
      lost |= admittedAs.isLost(counted);
    }
    timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, admittedAs.deadline());
    Long dropAt = unclaimed.value();
    if (dropAt != null) {
      unclaimed.clear();
      timers.deleteProcessingTimeTimer(VoidNamespace.INSTANCE, dropAt);
    }
    Ending before = takeEarly();
    if (before != null) {
      closeWindow(id, before.cause());
    } else {
      advance(id, admittedAs, currentTally(), lost);
    }
  }

  /** One that is not served ends as others do: in the same way if it is sent once more. */
  private void refuse(String id, AdmittedRequest admitted, Refusal refusal) throws IOException {
    if (admission.value() != null) {
      return; // it is served, since before the quota lost its count in a failure
    }
    takeEarly();
    admission.update(Admission.of(admitted));
    request.update(admitted.request());
    ending.update(new Ending(Ending.Cause.REFUSED, timers.currentProcessingTime(), refusal));
    decide(id);
  }

  /** Why a request was to end before it came; null if nobody said so. */
  private @Nullable Ending takeEarly() throws IOException {
    Ending before = early.value();
    if (before != null) {
      early.clear();
      timers.deleteProcessingTimeTimer(VoidNamespace.INSTANCE, before.at());
    }
    return before;
  }

  private void endEarly(String id, Ending.Cause cause) throws IOException {
    if (admission.value() != null) {
      LOG.info("Request {} is {}", id, cause.name().toLowerCase(Locale.ROOT));
      closeWindow(id, cause);
    } else if (early.value() == null) {
      long forgetAt = timers.currentProcessingTime() + remember.toMillis();
      early.update(new Ending(cause, forgetAt));
      timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, forgetAt);
    }
  }

  private void withdraw(String id, Forget forget) throws Exception {
    Tombstone ended = tombstone.value();
    if (ended != null) {
      tombstone.update(ended.asForgotten());
      askedAgain.clear();
      passOn(id, forget, ended.http());
    } else if (ending.value() != null) {
      forgets.put(forget.tally(), forget);
    } else {
      Forget told = forget;
      if (admission.value() == null) {
        // It is of long ago. Or else it is still to come, and then there will be more to undo.
        passOn(id, forget, false);
        told = forget.late(id);
      }
      forgets.put(told.tally(), told);
      endEarly(id, Ending.Cause.FORGOTTEN);
    }
  }

  private void passOn(String id, Forget forget, boolean toEndpoint) {
    PackedRequest withdrawal = PackedRequest.withdrawal(id, forget);
    if (toEndpoint) {
      output.collect(http, new StreamRecord<>(withdrawal));
    } else {
      output.collect(new StreamRecord<>(withdrawal));
    }
  }

  @Override
  public void processElement2(StreamRecord<ResizedImage> element) throws Exception {
    ResizedImage picture = element.getValue();
    take(picture);
    for (ImageTask.Copy copy : picture.copies()) {
      take(picture.as(copy));
    }
  }

  private void take(ResizedImage image) throws Exception {
    if (ending.value() != null || tombstone.value() != null || !see(image.index())) {
      return; // late, or a repeat
    }
    if (image.problem() == null) {
      images.put(
          image.index(),
          new ArchiveEntry(
              Objects.requireNonNull(image.name()), Objects.requireNonNull(image.content())));
    } else {
      problems.put(image.index(), image.problem());
    }
    Tally counted = currentTally().plus(image);
    tally.update(counted);
    LabelTally label = label(image.label()).plus(image);
    labels.put(image.label(), label);
    Admission admitted = admission.value();
    if (admitted != null) {
      advance(image.requestId(), admitted, counted, admitted.isLost(label));
    } else if (unclaimed.value() == null) {
      // Nearly always the request is about to come. Only images that a failure has had fetched
      // again, and that took longer than their request is remembered, wait for nothing.
      long dropAt = timers.currentProcessingTime() + remember.toMillis();
      unclaimed.update(dropAt);
      timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, dropAt);
    }
  }

  /** Notes that an image is known; false if it was known before. */
  private boolean see(int index) throws Exception {
    Long word = seen.get(index / Long.SIZE);
    long before = word == null ? 0 : word;
    long after = before | (1L << index);
    if (after == before) {
      return false;
    }
    seen.put(index / Long.SIZE, after);
    return true;
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    String id = timer.getKey();
    // Each timer is for what its own time stands in the state, and for nothing else: one that was
    // given up may be left from before a setting was changed.
    long time = timer.getTimestamp();
    Tombstone ended = tombstone.value();
    Admission admitted = admission.value();
    Ending before = early.value();
    if (ended != null) {
      if (time == ended.forgetAt()) {
        forget(id, ended);
      }
    } else if (ending.value() != null) {
      return; // it is being decided
    } else if (admitted == null) {
      if (before != null && time == before.at()) {
        early.clear();
        forgets.clear();
      }
      Long dropAt = unclaimed.value();
      if (dropAt != null && time == dropAt) {
        dropUnclaimed();
      }
    } else if (time == admitted.deadline()) {
      closeWindow(id, Ending.Cause.DEADLINE);
    } else if (time == currentTally().progressTimer()) {
      report(id, admitted, currentTally());
    }
  }

  private void dropUnclaimed() {
    unclaimed.clear();
    images.clear();
    problems.clear();
    tally.clear();
    labels.clear();
    seen.clear();
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("there are no such timers");
  }

  /** All requests that are closed are told before the task ends. */
  @Override
  public void finish() throws Exception {
    writers.drain();
    cleaner.drain();
    super.finish();
  }

  @Override
  public void close() throws Exception {
    if (writers != null) {
      writers.close();
      cleaner.close();
      memory.close();
    }
    super.close();
  }

  private Tally currentTally() throws IOException {
    Tally current = tally.value();
    return current == null ? Tally.EMPTY : current;
  }

  private LabelTally label(String name) throws Exception {
    LabelTally current = labels.get(name);
    return current == null ? LabelTally.EMPTY : current;
  }

  /**
   * @param lost whether a label is beyond help
   */
  private void advance(String id, Admission admitted, Tally counted, boolean lost)
      throws Exception {
    int known = counted.usable() + counted.failed();
    if (known == admitted.images() || lost || admitted.isTooLarge(counted)) {
      closeWindow(id, Ending.Cause.IMAGES);
    } else if (known > 0 && counted.progressTimer() == 0) {
      long next = counted.progressAt() + progressInterval.toMillis();
      if (timers.currentProcessingTime() >= next) {
        report(id, admitted, counted);
      } else {
        timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, next);
        tally.update(counted.timed(next));
      }
    }
  }

  private void report(String id, Admission admitted, Tally counted) throws IOException {
    long now = timers.currentProcessingTime();
    tell(
        Event.progress(
            id,
            admitted.projectId(),
            counted.counts(admitted.images()),
            Instant.ofEpochMilli(now)));
    tally.update(counted.reported(now));
  }

  /** From now on nothing changes in the window until its decision is told. */
  private void closeWindow(String id, Ending.Cause cause) throws IOException {
    long progressTimer = currentTally().progressTimer();
    if (progressTimer != 0) {
      timers.deleteProcessingTimeTimer(VoidNamespace.INSTANCE, progressTimer);
    }
    timers.deleteProcessingTimeTimer(
        VoidNamespace.INSTANCE, Objects.requireNonNull(admission.value()).deadline());
    ending.update(new Ending(cause, timers.currentProcessingTime()));
    windowMetrics.closed(id, timers.currentProcessingTime());
    decide(id);
  }

  private void decide(String id) {
    Settlement settlement = new Settlement(archives, id, new Contained(id), settings, memory);
    writers.submit(
        id,
        () -> retrying(id, settlement::settle),
        decision -> {
          end(id, decision);
          memory.release(decision.heldBytes());
        });
  }

  private void end(String id, Decision decision) throws Exception {
    if (decision.progress() != null) {
      tell(decision.progress());
    }
    tellOutcome(id, decision);
    uncleared.update(Objects.requireNonNull(admission.value()).images());
    admission.clear();
    request.clear();
    tally.clear();
    labels.clear();
    seen.clear();
    ending.clear();
    Event outcome = decision.outcome();
    boolean keep = outcome == null ? settings.keep() : outcome.type() == Event.Type.STORED;
    PackedRequest packed = decision.packed();
    boolean toEndpoint = packed != null && packed.deliverTo().kind() == Delivery.Kind.HTTP;
    boolean forgotten = !forgets.isEmpty();
    bury(
        new Tombstone(
            timers.currentProcessingTime() + remember.toMillis(),
            keep,
            0,
            taken,
            toEndpoint,
            forgotten,
            packed != null));
    for (Forget forget : forgets.values()) {
      passOn(id, forget, toEndpoint);
    }
    forgets.clear();
    clearMore(id);
  }

  private void tellOutcome(String id, Decision decision) {
    if (decision.outcome() != null) {
      LOG.info("Request {} ends as {}", id, decision.outcome().type());
      tell(decision.outcome());
    }
    PackedRequest packed = decision.packed();
    if (packed != null) {
      LOG.info("Request {} is packed: {} archives", id, packed.archives().size());
      if (packed.deliverTo().kind() == Delivery.Kind.HTTP) {
        output.collect(http, new StreamRecord<>(packed));
      } else {
        output.collect(new StreamRecord<>(packed));
      }
    }
  }

  private void tell(Event event) {
    output.collect(events, new StreamRecord<>(event));
  }

  /**
   * Removes images one by one, since {@code MapState.clear()} would read all of them from RocksDB,
   * and some hundred at a time.
   */
  private void clearMore(String id) throws Exception {
    int end = Objects.requireNonNull(uncleared.value());
    int start = Math.max(0, end - IMAGES_AT_ONCE);
    for (int index = start; index < end; index++) {
      images.remove(index);
      problems.remove(index);
    }
    if (start == 0) {
      uncleared.clear();
    } else {
      uncleared.update(start);
      mailbox.execute(
          () -> {
            setCurrentKey(id);
            clearMore(id);
          },
          "images of request %s",
          id);
    }
  }

  private void answerAgain(String id) {
    writers.submit(
        id,
        () -> retrying(id, () -> Optional.ofNullable(archives.readDecision(id))),
        decision -> {
          askedAgain.clear();
          Tombstone ended = tombstone.value();
          if (ended == null || ended.forgotten()) {
            return;
          }
          decision.ifPresent(known -> tellOutcome(id, known));
          boolean training = decision.map(known -> known.packed() != null).orElse(false);
          tombstone.update(ended.training(training));
        });
  }

  /** The tombstone goes that much later than now. */
  private void postpone(Tombstone ended, Duration wait) throws IOException {
    timers.deleteProcessingTimeTimer(VoidNamespace.INSTANCE, ended.forgetAt());
    bury(ended.until(timers.currentProcessingTime() + wait.toMillis()));
  }

  private void bury(Tombstone ended) throws IOException {
    tombstone.update(ended);
    timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, ended.forgetAt());
  }

  /**
   * The tombstone stays until the store is clean: what fails is tried again later, and so is what a
   * crash breaks off.
   */
  private void forget(String id, Tombstone ended) throws IOException {
    if (ended.training() && !ended.forgotten()) {
      // Told again, should the outcome have got lost; a trainer that has the request ignores it.
      postpone(ended, remember);
      askedAgain.update(true);
      answerAgain(id);
      return;
    }
    if (askedAgain.value() != null || (completed != NONE && completed <= ended.after())) {
      postpone(ended, FORGET_AGAIN);
      return;
    }
    long wait =
        Math.min(
            FORGET_AGAIN.toMillis() << Math.min(ended.removals(), MAX_DOUBLINGS),
            LONGEST_WAIT.toMillis());
    bury(ended.tried(timers.currentProcessingTime() + wait));
    if (!forgetting.add(id)) {
      return;
    }
    cleaner.submit(
        id,
        () -> remove(id, ended.keepArchives()),
        removed -> {
          forgetting.remove(id);
          Tombstone last = tombstone.value();
          if (removed && last != null) {
            timers.deleteProcessingTimeTimer(VoidNamespace.INSTANCE, last.forgetAt());
            tombstone.clear();
          }
        });
  }

  /** Whether it worked; a directory that stays is no reason to fail the job. */
  private boolean remove(String id, boolean keepArchives) {
    try {
      if (keepArchives) {
        archives.deleteDecision(id);
      } else {
        archives.delete(id);
      }
      return true;
    } catch (IOException | RuntimeException e) {
      removalsFailed.inc();
      LOG.warn("Cannot remove the files of request {} yet: {}", id, e.toString());
      return false;
    }
  }

  /** On a thread of the writers: tries again what fails as the store does. */
  private <T> T retrying(String id, Callable<T> work) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.call();
      } catch (IOException failure) {
        if (attempt >= settings.maxAttempts()) {
          throw failure;
        }
        LOG.warn(
            "Request {}: the store failed, attempt {} of {}: {}",
            id,
            attempt,
            settings.maxAttempts(),
            failure.toString());
        Duration wait = RETRY_DELAY.multipliedBy(1L << Math.min(attempt - 1, MAX_DOUBLINGS));
        if (writers.closedWithin(wait)) {
          throw failure;
        }
      }
    }
  }

  private <T> ValueState<T> state(String name, TypeInformation<T> type) {
    return getRuntimeContext().getState(new ValueStateDescriptor<>(name, type));
  }

  private <K, V> MapState<K, V> mapState(
      String name, TypeInformation<K> keys, TypeInformation<V> values) {
    return getRuntimeContext().getMapState(new MapStateDescriptor<>(name, keys, values));
  }

  private List<String> keysWith(String state) {
    try (Stream<String> keys =
        this.<String>getKeyedStateBackend().getKeys(state, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  /** What the threads of {@link KeyedWork} see of a window. */
  private final class Contained implements ClosedWindow {

    private final String id;

    Contained(String id) {
      this.id = id;
    }

    @Override
    public Contents contents() throws InterruptedException {
      return writers.ask(
          id,
          () ->
              new Contents(
                  Objects.requireNonNull(request.value()),
                  Objects.requireNonNull(admission.value()),
                  currentTally(),
                  labelTallies(),
                  seenImages(),
                  Objects.requireNonNull(ending.value())));
    }

    private Map<String, LabelTally> labelTallies() throws Exception {
      Map<String, LabelTally> tallies = new HashMap<>();
      for (Map.Entry<String, LabelTally> each : labels.entries()) {
        tallies.put(each.getKey(), each.getValue());
      }
      return tallies;
    }

    private BitSet seenImages() throws Exception {
      BitSet known = new BitSet();
      for (Map.Entry<Integer, Long> each : seen.entries()) {
        int first = each.getKey() * Long.SIZE;
        BitSet.valueOf(new long[] {each.getValue()}).stream()
            .forEach(bit -> known.set(first + bit));
      }
      return known;
    }

    @Override
    public Map<Integer, Problem> problems(int from, int to) throws InterruptedException {
      return writers.ask(
          id,
          () -> {
            Map<Integer, Problem> read = new HashMap<>();
            for (int index = from; index < to; index++) {
              Problem problem = problems.get(index);
              if (problem != null) {
                read.put(index, problem);
              }
            }
            return read;
          });
    }

    @Override
    public Slice images(int from, int to) throws InterruptedException {
      return writers.ask(
          id,
          () -> {
            List<ArchiveEntry> read = new ArrayList<>();
            int last = Math.min(to, from + IMAGES_AT_ONCE);
            int index = from;
            for (long bytes = 0; index < last && bytes < SLICE_BYTES; index++) {
              ArchiveEntry image = images.get(index);
              if (image != null) {
                read.add(image);
                bytes += image.content().length;
              }
            }
            return new Slice(read, index);
          });
    }
  }
}
