package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.ByteBudget;
import io.github.satchel.connectors.training.operator.KeyedOperator;
import io.github.satchel.connectors.training.operator.KeyedWork;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.Ending;
import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.window.ClosedWindow.Contents;
import io.github.satchel.job.window.GatheredImages.Counts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimer;
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
 * images, about {@value GatheredImages#SLICE_BYTES} bytes at a time, through the task's mailbox; so
 * the records of other requests and barriers are served in between, and no more than a slice for
 * each thread is in the heap. A closed window stays in state as it is until the decision is told:
 * after a restore all of it is done again, up to the decision that lies in the store.
 *
 * <p>It is a window in the sense of stream processing, a part of the stream that is gathered until
 * a trigger fires, and a keyed operator of its own rather than Flink's window operator: that one
 * reads all elements of a window at once and on the task thread.
 *
 * <p>Once its decision is told, {@link Tombstones} remember the request for a while. Of a request
 * over a quota, for which nothing is gathered, {@link Refusals} see to all.
 *
 * <p>A request that is forgotten ends as if it were cancelled, and the forget goes the way of its
 * archives: behind them, so that the trainer knows what there is to undo.
 */
public final class RequestWindow extends KeyedOperator<PackedRequest>
    implements TwoInputStreamOperator<RequestSignal, ResizedImage, PackedRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(RequestWindow.class);

  /**
   * For a call to the store to notice that it is interrupted. Work that went on for longer could
   * overwrite what the next attempt at the same request writes.
   */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  /**
   * No request is forgotten so soon after a start: repetitions of what its time was up for while
   * the job was down, over a weekend say, wait in Kafka and are read now.
   */
  static final Duration KEEP_AFTER_START = Duration.ofMinutes(10);

  private static final String ADMISSION = "admission";
  private static final String ENDING = "ending";

  private final ArchiveSettings settings;
  private final Duration remember;
  private final Duration progressInterval;
  private final OutputTag<Event> events;
  private final OutputTag<PackedRequest> http;

  private transient ArchiveStore archives;
  private transient KeyedWork writers;
  private transient KeyedWork cleaner;
  private transient StoreWork store;
  private transient ByteBudget memory;
  private transient WindowMetrics windowMetrics;
  private transient GatheredImages images;
  private transient Tombstones tombstones;
  private transient Refusals refusals;

  private transient ValueState<Admission> admission;
  private transient ValueState<TrainingRequest> request;

  /** Why a request is to end that has not come yet, and when to forget that. */
  private transient ValueState<Ending> early;

  /** When images go whose request has not come. */
  private transient ValueState<Long> unclaimed;

  private transient ValueState<Ending> ending;

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
  public void open() throws Exception {
    super.open();
    archives = new ArchiveStore(settings.dir());
    admission = state(ADMISSION, TypeInformation.of(Admission.class));
    request = state("request", TypeInformation.of(TrainingRequest.class));
    early = state("early", TypeInformation.of(Ending.class));
    unclaimed = state("unclaimed", Types.LONG);
    ending = state(ENDING, TypeInformation.of(Ending.class));
    forgets = mapState("forgets", Types.STRING, TypeInformation.of(Forget.class));

    writers = work("satchel-archive", settings.writers(), CLOSE_LIMIT);
    cleaner = work("satchel-archive-cleaner", 1, CLOSE_LIMIT);
    store = new StoreWork(writers, settings.maxAttempts());
    images = new GatheredImages(this);
    long keepUntil = now() + Math.min(KEEP_AFTER_START.toMillis(), remember.toMillis());
    tombstones =
        new Tombstones(this, remember, keepUntil, archives, store, cleaner, this::tellOutcome);
    refusals = new Refusals(this, remember, keepUntil, this::tell);
    memory =
        ByteBudget.open(
            getRuntimeContext().getJobInfo().getJobId().toString(), settings.inlineMemory());
    JobMetric.WINDOW_DECIDING.gauge(getMetricGroup(), writers::underWay);
    windowMetrics = new WindowMetrics(getMetricGroup());
    resume();
  }

  private void resume() throws Exception {
    List<String> closed = keysWith(ENDING);
    closed.forEach(this::decide);
    List<String> open = new ArrayList<>(keysWith(ADMISSION));
    open.removeAll(closed);
    open.forEach(id -> windowMetrics.opened(id, now()));
    tombstones.resume();
    refusals.resume();
    for (String id : keysWith(GatheredImages.UNCLEARED)) {
      setCurrentKey(id);
      clearImages(id);
    }
  }

  @Override
  public void processElement1(StreamRecord<RequestSignal> element) throws Exception {
    RequestSignal signal = element.getValue();
    String id = signal.requestId();
    AdmittedRequest admitted = signal.admitted();
    Ending.Cause cause = signal.ending();
    Tombstone ended = tombstones.find();
    Refused refused = refusals.find();
    if (refused != null) {
      if (signal.forget() != null) {
        refusals.withdraw(refused);
        passOn(id, signal.forget(), false);
      } else if (cause == null && !signal.ended()) {
        refusals.repeat(id, refused);
      }
    } else if (signal.forget() != null) {
      withdraw(id, signal.forget());
    } else if (signal.ended()) {
      if (ended != null && ended.training()) {
        tombstones.trained(id, ended);
      } // else it was told here, or before a failure
    } else if (ended != null) {
      if (cause == null) {
        tombstones.repeat(id, ended);
      }
    } else if (ending.value() == null) {
      if (signal.refusal() != null) {
        if (admission.value() == null) {
          takeEarly();
          refusals.add(id, signal.refusal(), !forgets.isEmpty());
          passOnForgets(id, false);
        } // else it is served, since before the quota lost its count in a failure
      } else if (admitted != null) {
        admit(id, admitted);
      } else if (cause != null) {
        endEarly(id, cause);
      } // else a repeat of what is being gathered
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
    windowMetrics.opened(id, now());
    request.update(admitted.request());
    boolean lost = false;
    for (Label label : admitted.request().labels()) {
      lost |= admittedAs.isLost(images.expect(label));
    }
    setTimer(admittedAs.deadline());
    Long dropAt = unclaimed.value();
    if (dropAt != null) {
      unclaimed.clear();
      deleteTimer(dropAt);
    }
    Ending before = takeEarly();
    if (before != null) {
      closeWindow(id, before.cause());
    } else {
      advance(id, admittedAs, images.tally(), lost);
    }
  }

  /** Why a request was to end before it came; null if nobody said so. */
  private @Nullable Ending takeEarly() throws IOException {
    Ending before = early.value();
    if (before != null) {
      early.clear();
      deleteTimer(before.at());
    }
    return before;
  }

  private void endEarly(String id, Ending.Cause cause) throws IOException {
    if (admission.value() != null) {
      LOG.info("Request {} is {}", id, cause.name().toLowerCase(Locale.ROOT));
      closeWindow(id, cause);
    } else if (early.value() == null) {
      long forgetAt = now() + remember.toMillis();
      early.update(new Ending(cause, forgetAt));
      setTimer(forgetAt);
    }
  }

  private void withdraw(String id, Forget forget) throws Exception {
    Tombstone ended = tombstones.find();
    if (ended != null) {
      tombstones.withdraw(ended);
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

  private void passOnForgets(String id, boolean toEndpoint) throws Exception {
    for (Forget forget : forgets.values()) {
      passOn(id, forget, toEndpoint);
    }
    forgets.clear();
  }

  private void passOn(String id, Forget forget, boolean toEndpoint) {
    send(PackedRequest.withdrawal(id, forget), toEndpoint);
  }

  private void send(PackedRequest packed, boolean toEndpoint) {
    if (toEndpoint) {
      output.collect(http, new StreamRecord<>(packed));
    } else {
      output.collect(new StreamRecord<>(packed));
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
    if (ending.value() != null || tombstones.find() != null) {
      return; // late
    }
    Counts counts = images.add(image);
    Admission admitted = admission.value();
    if (counts == null) {
      return; // a repeat
    }
    if (admitted != null) {
      advance(image.requestId(), admitted, counts.all(), admitted.isLost(counts.label()));
    } else if (unclaimed.value() == null) {
      // Nearly always the request is about to come. Only images that a failure has had fetched
      // again, and that took longer than their request is remembered, wait for nothing.
      long dropAt = now() + remember.toMillis();
      unclaimed.update(dropAt);
      setTimer(dropAt);
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    String id = timer.getKey();
    // Each timer is for what its own time stands in the state, and for nothing else: one that was
    // given up may be left from before a setting was changed.
    long time = timer.getTimestamp();
    Tombstone ended = tombstones.find();
    Admission admitted = admission.value();
    Ending before = early.value();
    Refused refused = refusals.find();
    if (refused != null) {
      refusals.onTimer(refused, time);
    } else if (ended != null) {
      tombstones.onTimer(id, ended, time);
    } else if (ending.value() != null) {
      return; // it is being decided
    } else if (admitted == null) {
      if (before != null && time == before.at()) {
        early.clear();
        forgets.clear();
      }
      Long dropAt = unclaimed.value();
      if (dropAt != null && time == dropAt) {
        unclaimed.clear();
        images.drop();
      }
    } else if (time == admitted.deadline()) {
      closeWindow(id, Ending.Cause.DEADLINE);
    } else if (time == images.tally().progressTimer()) {
      report(id, admitted, images.tally());
    }
  }

  @Override
  protected void onSurvival(String id) throws Exception {
    refusals.tell(id);
  }

  /** All requests that are closed are told before the task ends. */
  @Override
  public void finish() throws Exception {
    for (String id : drainAwaiting()) {
      setCurrentKey(id);
      refusals.tell(id);
    }
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
      if (now() >= next) {
        report(id, admitted, counted);
      } else {
        setTimer(next);
        images.update(counted.timed(next));
      }
    }
  }

  private void report(String id, Admission admitted, Tally counted) throws IOException {
    long now = now();
    tell(
        Event.progress(
            id,
            admitted.projectId(),
            counted.counts(admitted.images()),
            Instant.ofEpochMilli(now)));
    images.update(counted.reported(now));
  }

  /** From now on nothing changes in the window until its decision is told. */
  private void closeWindow(String id, Ending.Cause cause) throws IOException {
    long progressTimer = images.tally().progressTimer();
    if (progressTimer != 0) {
      deleteTimer(progressTimer);
    }
    deleteTimer(Objects.requireNonNull(admission.value()).deadline());
    ending.update(new Ending(cause, now()));
    windowMetrics.closed(id, now());
    decide(id);
  }

  private void decide(String id) {
    ClosedWindow window = new ClosedWindow(id, writers, this::contents, images);
    Settlement settlement = new Settlement(archives, id, window, settings, memory);
    store.submit(
        id,
        settlement::settle,
        decision -> {
          end(id, decision);
          memory.release(decision.heldBytes());
        });
  }

  /** What the threads see of a window that has closed. */
  private Contents contents() throws Exception {
    return new Contents(
        Objects.requireNonNull(request.value()),
        Objects.requireNonNull(admission.value()),
        images.tally(),
        images.labels(),
        images.seen(),
        Objects.requireNonNull(ending.value()));
  }

  private void end(String id, Decision decision) throws Exception {
    if (decision.progress() != null) {
      tell(decision.progress());
    }
    tellOutcome(id, decision);
    images.end(Objects.requireNonNull(admission.value()).images());
    admission.clear();
    request.clear();
    ending.clear();
    tombstones.add(decision, settings.keep(), !forgets.isEmpty());
    passOnForgets(id, decision.goesToEndpoint());
    clearImages(id);
  }

  private void tellOutcome(String id, Decision decision) {
    if (decision.outcome() != null) {
      LOG.info("Request {} ends as {}", id, decision.outcome().type());
      tell(decision.outcome());
    }
    PackedRequest packed = decision.packed();
    if (packed != null) {
      LOG.info("Request {} is packed: {} archives", id, packed.archives().size());
      send(packed, decision.goesToEndpoint());
    }
  }

  private void tell(Event event) {
    output.collect(events, new StreamRecord<>(event));
  }

  /** Removes the images of a request that has ended, some at a time. */
  private void clearImages(String id) throws Exception {
    if (images.clearSome()) {
      writers.tell(id, () -> clearImages(id));
    }
  }
}
