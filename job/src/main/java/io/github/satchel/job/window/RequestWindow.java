package io.github.satchel.job.window;

import io.github.satchel.contract.Event;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.window.ClosedWindow.Contents;
import io.github.satchel.job.window.ClosedWindow.Slice;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by request id: gathers the images of a request, in any order, before or after the request
 * itself. It closes when the last image is there, when those that are leave no way to succeed, when
 * a newer request takes its place, or when its time is up. Then the request is decided, its
 * archives are written, one a label, and somebody is told.
 *
 * <p>The task thread never waits for the store. Threads of {@link StoreWork} do, and ask it for the
 * images, about {@value #SLICE_BYTES} bytes at a time, through the task's mailbox; so the records
 * of other requests and barriers are served in between, and no more than a slice for each thread is
 * in the heap. This is an operator of its own, not a function, as functions have no mailbox, and
 * timers instead would be polling. A closed window stays in state as it is until the decision is
 * told: after a restore all of it is done again, up to the decision that lies in the store.
 *
 * <p>After that a tombstone stays for a while. It turns away images that come late, and has the
 * outcome told again to whoever sends the request again; when it goes, the journals of the request
 * go with it.
 */
public final class RequestWindow extends AbstractStreamOperator<PackedRequest>
    implements TwoInputStreamOperator<RequestSignal, ResizedImage, PackedRequest>,
        Triggerable<String, VoidNamespace> {

  private static final Logger LOG = LoggerFactory.getLogger(RequestWindow.class);

  /** Some milliseconds of reading RocksDB. */
  private static final int SLICE_BYTES = 512 * 1024;

  /** Images looked up or removed at once, likewise. */
  static final int IMAGES_AT_ONCE = 500;

  /** Until a request is removed from the store again that a crash may have left there. */
  static final Duration FORGET_AGAIN = Duration.ofMinutes(1);

  private static final String ADMISSION = "admission";
  private static final String ENDING = "ending";
  private static final String UNCLEARED = "uncleared";
  private static final String ASKED_AGAIN = "asked-again";

  private final ArchiveSettings settings;
  private final Duration remember;
  private final Duration progressInterval;
  private final OutputTag<Event> events;

  private transient MailboxExecutor mailbox;
  private transient ArchiveStore archives;
  private transient StoreWork writers;
  private transient StoreWork cleaner;

  /** Requests that the cleaner has not done with. */
  private transient Set<String> forgetting;

  private transient InternalTimerService<VoidNamespace> timers;
  private transient WindowMetrics windowMetrics;

  private transient ValueState<Admission> admission;
  private transient ValueState<TrainingRequest> request;
  private transient MapState<Integer, ArchiveEntry> images;
  private transient MapState<Integer, Problem> problems;
  private transient ValueState<Tally> tally;

  /** When to forget that a request was superseded that has not come yet. */
  private transient ValueState<Long> superseded;

  private transient ValueState<Ending> ending;
  private transient ValueState<Tombstone> tombstone;

  /** How many images of a request that has ended may still be in state: those before the index. */
  private transient ValueState<Integer> uncleared;

  private transient ValueState<Boolean> askedAgain;

  /**
   * @param remember how long a request is remembered after its end
   * @param progressInterval shortest time between two progress events of a request
   */
  @SuppressWarnings("NullAway.Init") // the rest comes with open()
  public RequestWindow(
      ArchiveSettings settings,
      Duration remember,
      Duration progressInterval,
      OutputTag<Event> events) {
    this.settings = settings;
    this.remember = remember;
    this.progressInterval = progressInterval;
    this.events = events;
  }

  @Override
  public void setMailboxExecutor(MailboxExecutor executor) {
    mailbox = executor;
  }

  @Override
  public void open() throws Exception {
    super.open();
    archives = new ArchiveStore(settings.dir());
    timers = getInternalTimerService("timers", VoidNamespaceSerializer.INSTANCE, this);
    admission = state(ADMISSION, TypeInformation.of(Admission.class));
    request = state("request", TypeInformation.of(TrainingRequest.class));
    images = mapState("images", TypeInformation.of(ArchiveEntry.class));
    problems = mapState("problems", TypeInformation.of(Problem.class));
    tally = state("tally", TypeInformation.of(Tally.class));
    superseded = state("superseded", Types.LONG);
    ending = state(ENDING, TypeInformation.of(Ending.class));
    tombstone = state("tombstone", TypeInformation.of(Tombstone.class));
    uncleared = state(UNCLEARED, Types.INT);
    askedAgain = state(ASKED_AGAIN, Types.BOOLEAN);

    writers =
        new StoreWork(
            mailbox,
            this::setCurrentKey,
            "satchel-archive",
            settings.writers(),
            settings.maxAttempts());
    forgetting = new HashSet<>();
    // A class of yesterday that is forgotten must not hold up one of today.
    cleaner = new StoreWork(mailbox, this::setCurrentKey, "satchel-archive-cleaner", 1, 1);
    JobMetric.WINDOW_DECIDING.gauge(getMetricGroup(), writers::underway);
    windowMetrics = new WindowMetrics(getMetricGroup());
    resume();
  }

  private void resume() throws Exception {
    List<String> closed = keysWith(ENDING);
    closed.forEach(this::decide);
    List<String> open = new ArrayList<>(keysWith(ADMISSION));
    open.removeAll(closed);
    open.forEach(id -> windowMetrics.opened(id, timers.currentProcessingTime()));
    keysWith(ASKED_AGAIN).forEach(this::answerAgain);
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
    if (tombstone.value() != null) {
      if (admitted != null && askedAgain.value() == null) {
        LOG.info("Request {} has ended, its outcome is told again", id);
        askedAgain.update(true);
        answerAgain(id);
      }
    } else if (ending.value() == null) {
      if (admitted != null) {
        admit(id, admitted);
      } else {
        supersede(id, Objects.requireNonNull(signal.supersededBy()));
      }
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
    timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, admittedAs.deadline());
    Long lone = superseded.value();
    if (lone != null) {
      superseded.clear();
      timers.deleteProcessingTimeTimer(VoidNamespace.INSTANCE, lone);
      closeWindow(id, Ending.Cause.SUPERSEDED);
    } else {
      advance(id, admittedAs, currentTally());
    }
  }

  private void supersede(String id, String by) throws Exception {
    if (admission.value() != null) {
      LOG.info("Request {} is superseded by {}", id, by);
      closeWindow(id, Ending.Cause.SUPERSEDED);
    } else if (superseded.value() == null) {
      long forgetAt = timers.currentProcessingTime() + remember.toMillis();
      superseded.update(forgetAt);
      timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, forgetAt);
    }
  }

  @Override
  public void processElement2(StreamRecord<ResizedImage> element) throws Exception {
    ResizedImage image = element.getValue();
    Tally before = currentTally();
    if (before.has(image.index()) || ending.value() != null || tombstone.value() != null) {
      return; // a repeat, or late
    }
    if (image.problem() == null) {
      images.put(
          image.index(),
          new ArchiveEntry(
              Objects.requireNonNull(image.name()), Objects.requireNonNull(image.content())));
    } else {
      problems.put(image.index(), image.problem());
    }
    Tally counted = before.plus(image);
    tally.update(counted);
    Admission admitted = admission.value();
    if (admitted != null) {
      advance(image.requestId(), admitted, counted);
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    String id = timer.getKey();
    Tombstone ended = tombstone.value();
    Admission admitted = admission.value();
    if (ended != null) {
      forget(id, ended);
    } else if (admitted == null) {
      superseded.clear();
    } else if (timer.getTimestamp() >= admitted.deadline()) {
      closeWindow(id, Ending.Cause.DEADLINE);
    } else {
      report(id, admitted, currentTally());
    }
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
    }
    super.close();
  }

  private Tally currentTally() throws IOException {
    Tally current = tally.value();
    return current == null ? Tally.EMPTY : current;
  }

  private void advance(String id, Admission admitted, Tally counted) throws Exception {
    ImageCounts counts = counted.counts(admitted.images());
    int known = counts.done() + counts.failed();
    if (known == counts.total() || !admitted.lost(counted).isEmpty()) {
      closeWindow(id, Ending.Cause.IMAGES);
    } else if (known > 0 && !counted.progressTimer()) {
      long next = counted.progressAt() + progressInterval.toMillis();
      if (timers.currentProcessingTime() >= next) {
        report(id, admitted, counted);
      } else {
        timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, next);
        tally.update(counted.timed());
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
    Tally last = currentTally();
    if (last.progressTimer()) {
      timers.deleteProcessingTimeTimer(
          VoidNamespace.INSTANCE, last.progressAt() + progressInterval.toMillis());
    }
    timers.deleteProcessingTimeTimer(
        VoidNamespace.INSTANCE, Objects.requireNonNull(admission.value()).deadline());
    ending.update(new Ending(cause, timers.currentProcessingTime()));
    windowMetrics.closed(id, timers.currentProcessingTime());
    decide(id);
  }

  private void decide(String id) {
    Settlement settlement = new Settlement(archives, id, new Contained(id));
    writers.submit(id, settlement::settle, decision -> end(id, decision));
  }

  private void end(String id, Decision decision) throws Exception {
    tell(decision.progress());
    tellOutcome(id, decision);
    uncleared.update(Objects.requireNonNull(admission.value()).images());
    admission.clear();
    request.clear();
    tally.clear();
    ending.clear();
    Event outcome = decision.outcome();
    boolean keep = outcome == null ? settings.keep() : outcome.type() == Event.Type.STORED;
    bury(new Tombstone(timers.currentProcessingTime() + remember.toMillis(), keep));
    clearMore(id);
  }

  private void tellOutcome(String id, Decision decision) {
    if (decision.outcome() != null) {
      LOG.info("Request {} ends as {}", id, decision.outcome().type());
      tell(decision.outcome());
    }
    if (decision.packed() != null) {
      LOG.info("Request {} is packed: {} archives", id, decision.packed().archives().size());
      output.collect(new StreamRecord<>(decision.packed()));
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
        () -> Optional.ofNullable(archives.readDecision(id)),
        decision -> {
          decision.ifPresent(known -> tellOutcome(id, known));
          askedAgain.clear();
        });
  }

  private void bury(Tombstone ended) throws IOException {
    tombstone.update(ended);
    timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, ended.forgetAt());
  }

  /** The tombstone stays until the store is clean, so that this happens after a restore too. */
  private void forget(String id, Tombstone ended) throws IOException {
    bury(
        new Tombstone(
            timers.currentProcessingTime() + FORGET_AGAIN.toMillis(), ended.keepArchives()));
    if (!forgetting.add(id)) {
      return;
    }
    cleaner.submit(
        id,
        () -> remove(id, ended.keepArchives()),
        removed -> {
          forgetting.remove(id);
          Tombstone last = tombstone.value();
          if (last != null) {
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
    } catch (IOException e) {
      LOG.warn("What is left of request {} could not be removed: {}", id, e.toString());
      return false;
    }
  }

  private <T> ValueState<T> state(String name, TypeInformation<T> type) {
    return getRuntimeContext().getState(new ValueStateDescriptor<>(name, type));
  }

  private <T> MapState<Integer, T> mapState(String name, TypeInformation<T> type) {
    return getRuntimeContext().getMapState(new MapStateDescriptor<>(name, Types.INT, type));
  }

  private List<String> keysWith(String state) {
    try (Stream<String> keys =
        this.<String>getKeyedStateBackend().getKeys(state, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  /** What the threads of {@link StoreWork} see of a window. */
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
                  Objects.requireNonNull(ending.value())));
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
