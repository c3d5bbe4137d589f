package io.github.satchel.job.window;

import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.Archive;
import io.github.satchel.job.model.Delivery;
import io.github.satchel.job.model.Event;
import io.github.satchel.job.model.Failure;
import io.github.satchel.job.model.FailureCode;
import io.github.satchel.job.model.ImageCounts;
import io.github.satchel.job.model.ImageFailurePolicy;
import io.github.satchel.job.model.ImageLocation;
import io.github.satchel.job.model.Label;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.model.TrainingLimits;
import io.github.satchel.job.model.TrainingRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by request id: gathers the images of a request, in any order, before or after the request
 * itself, and ends when the last one is there or the deadline is. Then it writes one archive a
 * label, decides what becomes of the request, and tells.
 *
 * <p>After that a tombstone stays for a while, which turns away images that come late; when it
 * goes, the journals of the request go with it.
 */
public final class RequestWindow
    extends KeyedCoProcessFunction<String, RequestSignal, ResizedImage, PackedRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(RequestWindow.class);

  private final String archivesDir;
  private final boolean keepArchives;
  private final Duration remember;
  private final Duration progressInterval;
  private final OutputTag<Event> events;

  private transient ArchiveStore archives;
  private transient ValueState<Admission> admission;
  private transient ValueState<TrainingRequest> request;
  private transient MapState<Integer, ArchiveEntry> images;
  private transient MapState<Integer, Problem> problems;
  private transient ValueState<Tally> tally;
  private transient ValueState<Tombstone> tombstone;

  /**
   * @param archivesDir where archives are written, on a Flink file system
   * @param keepArchives whether the archives stay when the request is forgotten
   * @param remember how long a request is remembered after its end
   * @param progressInterval shortest time between two progress events of a request
   */
  @SuppressWarnings("NullAway.Init") // the state comes with open()
  public RequestWindow(
      String archivesDir,
      boolean keepArchives,
      Duration remember,
      Duration progressInterval,
      OutputTag<Event> events) {
    this.archivesDir = archivesDir;
    this.keepArchives = keepArchives;
    this.remember = remember;
    this.progressInterval = progressInterval;
    this.events = events;
  }

  @Override
  public void open(OpenContext context) throws IOException {
    archives = new ArchiveStore(archivesDir);
    var runtime = getRuntimeContext();
    admission =
        runtime.getState(
            new ValueStateDescriptor<>("admission", TypeInformation.of(Admission.class)));
    request =
        runtime.getState(
            new ValueStateDescriptor<>("request", TypeInformation.of(TrainingRequest.class)));
    images =
        runtime.getMapState(
            new MapStateDescriptor<>("images", Types.INT, TypeInformation.of(ArchiveEntry.class)));
    problems =
        runtime.getMapState(
            new MapStateDescriptor<>("problems", Types.INT, TypeInformation.of(Problem.class)));
    tally = runtime.getState(new ValueStateDescriptor<>("tally", TypeInformation.of(Tally.class)));
    tombstone =
        runtime.getState(
            new ValueStateDescriptor<>("tombstone", TypeInformation.of(Tombstone.class)));
  }

  @Override
  public void processElement1(RequestSignal signal, Context context, Collector<PackedRequest> out)
      throws Exception {
    AdmittedRequest admitted = signal.admitted();
    if (admitted == null || tombstone.value() != null) {
      return;
    }
    Admission admittedAs = Admission.of(admitted);
    admission.update(admittedAs);
    request.update(admitted.request());
    context.timerService().registerProcessingTimeTimer(admittedAs.deadline());
    advance(admittedAs, currentTally(), context, out);
  }

  @Override
  public void processElement2(ResizedImage image, Context context, Collector<PackedRequest> out)
      throws Exception {
    int index = image.index();
    if (tombstone.value() != null || images.contains(index) || problems.contains(index)) {
      return; // late, or a repeat
    }
    Tally counted;
    if (image.problem() == null) {
      images.put(
          index,
          new ArchiveEntry(
              Objects.requireNonNull(image.content()), Objects.requireNonNull(image.extension())));
      counted = currentTally().plusDone();
    } else {
      problems.put(index, image.problem());
      counted = currentTally().plusFailed();
    }
    tally.update(counted);
    Admission admitted = admission.value();
    if (admitted != null) {
      advance(admitted, counted, context, out);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<PackedRequest> out)
      throws Exception {
    Tombstone ended = tombstone.value();
    if (ended != null) {
      if (timestamp >= ended.forgetAt()) {
        forget(context.getCurrentKey(), ended);
      }
      return;
    }
    Admission admitted = Objects.requireNonNull(admission.value());
    if (timestamp >= admitted.deadline()) {
      end(admitted, context, out);
    } else {
      report(admitted, currentTally(), context);
    }
  }

  private Tally currentTally() throws IOException {
    Tally current = tally.value();
    return current == null ? Tally.EMPTY : current;
  }

  private void advance(
      Admission admitted, Tally counted, Context context, Collector<PackedRequest> out)
      throws Exception {
    if (counted.done() + counted.failed() == admitted.images()) {
      end(admitted, context, out);
    } else if (counted.done() + counted.failed() > 0 && !counted.progressTimer()) {
      long next = counted.progressAt() + progressInterval.toMillis();
      if (context.timerService().currentProcessingTime() >= next) {
        report(admitted, counted, context);
      } else {
        context.timerService().registerProcessingTimeTimer(next);
        tally.update(counted.timed());
      }
    }
  }

  private void report(Admission admitted, Tally counted, Context context) throws IOException {
    long now = context.timerService().currentProcessingTime();
    ImageCounts counts = new ImageCounts(admitted.images(), counted.done(), counted.failed());
    context.output(
        events,
        Event.progress(
            context.getCurrentKey(), admitted.projectId(), counts, Instant.ofEpochMilli(now)));
    tally.update(counted.reported(now));
  }

  private void end(Admission admitted, Context context, Collector<PackedRequest> out)
      throws Exception {
    String id = context.getCurrentKey();
    TrainingRequest ended = Objects.requireNonNull(request.value());
    long now = context.timerService().currentProcessingTime();
    Decision decision = archives.readDecision(id);
    if (decision == null) {
      decision = decide(ended, Instant.ofEpochMilli(now));
      archives.writeDecision(id, decision);
    } else {
      LOG.info("Request {} was decided before, and stays so", id);
    }
    context.output(events, decision.progress());
    if (decision.outcome() != null) {
      LOG.info("Request {} ends as {}", id, decision.outcome().type());
      context.output(events, decision.outcome());
    }
    if (decision.packed() != null) {
      LOG.info("Request {} is packed: {} archives", id, decision.packed().archives().size());
      out.collect(decision.packed());
    }

    Tally last = currentTally();
    if (last.progressTimer()) {
      context
          .timerService()
          .deleteProcessingTimeTimer(last.progressAt() + progressInterval.toMillis());
    }
    context.timerService().deleteProcessingTimeTimer(admitted.deadline());
    admission.clear();
    request.clear();
    images.clear();
    problems.clear();
    tally.clear();
    boolean keep = keepArchives || ended.deliverTo().kind() == Delivery.Kind.STORE;
    long forgetAt = now + remember.toMillis();
    tombstone.update(new Tombstone(forgetAt, keep));
    context.timerService().registerProcessingTimeTimer(forgetAt);
  }

  private Decision decide(TrainingRequest request, Instant now) throws Exception {
    Tally counted = currentTally();
    int total = request.images();
    ImageCounts counts = new ImageCounts(total, counted.done(), counted.failed());
    Event progress = Event.progress(request.requestId(), request.projectId(), counts, now);

    boolean late = counted.done() + counted.failed() < total;
    List<Failure> failures = failures(request, late);
    if (late) {
      return new Decision(
          progress, Event.failed(request, counts, failures, deadlineError(counts), now), null);
    }
    if (!failures.isEmpty() && request.onImageFailure() == ImageFailurePolicy.FAIL) {
      return new Decision(
          progress, Event.failed(request, counts, failures, firstOf(failures), now), null);
    }
    List<Failure> tooSmall = tooSmallLabels(request);
    if (!tooSmall.isEmpty()) {
      List<Failure> all = new ArrayList<>(tooSmall);
      all.addAll(failures);
      return new Decision(
          progress, Event.failed(request, counts, all, firstOf(tooSmall), now), null);
    }

    List<Archive> written = new ArrayList<>();
    Failure tooLarge = writeArchives(request, written);
    if (tooLarge != null) {
      archives.delete(request.requestId());
      List<Failure> all = new ArrayList<>(List.of(tooLarge));
      all.addAll(failures);
      return new Decision(progress, Event.failed(request, counts, all, firstOf(all), now), null);
    }
    PackedRequest packed =
        new PackedRequest(
            request.requestId(),
            request.projectId(),
            request.name(),
            request.deliverTo(),
            archives.directory(request.requestId()),
            counts,
            written,
            failures);
    return request.deliverTo().kind() == Delivery.Kind.STORE
        ? new Decision(progress, Event.stored(packed, now), null)
        : new Decision(progress, null, packed);
  }

  /** The failing images in the order of the request; those still missing too if it is late. */
  private List<Failure> failures(TrainingRequest request, boolean late) throws Exception {
    List<Failure> failures = new ArrayList<>();
    int index = 0;
    for (Label label : request.labels()) {
      for (ImageLocation image : label.images()) {
        Problem problem = problems.get(index);
        if (problem == null && late && !images.contains(index)) {
          problem = new Problem(FailureCode.DEADLINE, "Unable to download image from the website");
        }
        if (problem != null) {
          failures.add(Failure.ofImage(problem, label.name(), image));
        }
        index++;
      }
    }
    return failures;
  }

  private List<Failure> tooSmallLabels(TrainingRequest request) throws Exception {
    List<Failure> tooSmall = new ArrayList<>();
    int index = 0;
    for (Label label : request.labels()) {
      int usable = 0;
      for (int i = 0; i < label.images().size(); i++) {
        if (!problems.contains(index++)) {
          usable++;
        }
      }
      if (usable < TrainingLimits.MIN_IMAGES) {
        tooSmall.add(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_FEW_IMAGES, TrainingLimits.TOO_FEW_IMAGES, label.name()));
      }
    }
    return tooSmall;
  }

  /** Writes one archive a label; what it returns is the label that was too much, if any. */
  private @Nullable Failure writeArchives(TrainingRequest request, List<Archive> written)
      throws Exception {
    int index = 0;
    long total = 0;
    for (Label label : request.labels()) {
      Archive archive;
      try (var writer = archives.create(request.requestId(), label.name())) {
        for (ImageLocation image : label.images()) {
          ArchiveEntry entry = images.get(index++);
          if (entry != null) {
            writer.add(image.id() + "." + entry.extension(), entry.content());
          }
        }
        archive = writer.finish();
      }
      total += archive.bytes();
      if (archive.bytes() > TrainingLimits.MAX_ARCHIVE_BYTES
          || total > TrainingLimits.MAX_REQUEST_BYTES) {
        return Failure.ofLabel(
            FailureCode.ARCHIVE_TOO_LARGE, TrainingLimits.TOO_LARGE, label.name());
      }
      written.add(archive);
    }
    return null;
  }

  private static Event.ErrorInfo deadlineError(ImageCounts counts) {
    int missing = counts.total() - counts.done() - counts.failed();
    return new Event.ErrorInfo(
        FailureCode.DEADLINE,
        missing + " of " + counts.total() + " images were not there when the time was up");
  }

  private static Event.ErrorInfo firstOf(List<Failure> failures) {
    Failure first = failures.get(0);
    String more = failures.size() == 1 ? "" : " (and " + (failures.size() - 1) + " more)";
    return new Event.ErrorInfo(first.code(), first.message() + more);
  }

  private void forget(String requestId, Tombstone ended) {
    try {
      if (ended.keepArchives()) {
        archives.deleteDecision(requestId);
      } else {
        archives.delete(requestId);
      }
    } catch (IOException e) {
      LOG.warn("What is left of request {} could not be removed: {}", requestId, e.toString());
    }
    tombstone.clear();
  }
}
