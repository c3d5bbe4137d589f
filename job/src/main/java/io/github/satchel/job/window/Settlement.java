package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.ByteBudget;
import io.github.satchel.contract.Archive;
import io.github.satchel.contract.ArchiveLayout;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.model.Ending;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedEvents;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.window.ArchiveStore.ArchiveWriter;
import io.github.satchel.job.window.ClosedWindow.Contents;
import io.github.satchel.job.window.ClosedWindow.Slice;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.flink.util.function.FunctionWithException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides a request whose window has closed, and writes its archives if it succeeds. Blocking code
 * for a thread other than the task's; an attempt that fails can be made again from the start.
 */
final class Settlement {

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  private static final Event.ErrorInfo FORGOTTEN =
      new Event.ErrorInfo(
          FailureCode.FORGOTTEN,
          "The training was stopped because its project or its user is being forgotten");

  private final ArchiveStore archives;
  private final String requestId;
  private final ClosedWindow window;
  private final ArchiveSettings settings;
  private final ByteBudget memory;

  /**
   * @param memory for archives that travel with their request: what a decision holds of it is for
   *     the caller to release
   */
  Settlement(
      ArchiveStore archives,
      String requestId,
      ClosedWindow window,
      ArchiveSettings settings,
      ByteBudget memory) {
    this.archives = archives;
    this.requestId = requestId;
    this.window = window;
    this.settings = settings;
    this.memory = memory;
  }

  /** The decision, which is on disk; that of an earlier attempt if there was one. */
  Decision settle() throws IOException, InterruptedException {
    Decision earlier = archives.readDecision(requestId);
    if (earlier != null) {
      LOG.info("Request {} is already decided", requestId);
      return earlier.inline() ? rebuilt(earlier) : earlier;
    }
    return decideNow();
  }

  private Decision decideNow() throws IOException, InterruptedException {
    Decision decision = decide(window.contents());
    try {
      archives.writeDecision(requestId, decision);
      return decision;
    } catch (IOException | RuntimeException unwritable) {
      memory.release(decision.heldBytes());
      throw unwritable;
    }
  }

  /**
   * A decision whose archives travelled with their request is made whole from the images. If these
   * are others now, as a picture on the web changed while the job was down, and nobody began to
   * upload, nothing has been told that could not be decided anew.
   */
  private Decision rebuilt(Decision earlier) throws IOException, InterruptedException {
    Contents contents = window.contents();
    List<Archive> decided = archives(earlier);
    if (contents.admission().archiveBytes(contents.tally())
        == decided.stream().mapToLong(Archive::bytes).sum()) {
      Decision whole = earlier.with(inlineArchives(contents));
      if (archives(whole).equals(decided)) {
        return whole;
      }
      memory.release(whole.heldBytes());
    }
    return archives.hasJournal(requestId) ? earlier : decideNow();
  }

  private static List<Archive> archives(Decision decision) {
    return Objects.requireNonNull(decision.packed()).archives().stream()
        .map(PackedArchive::archive)
        .toList();
  }

  private Decision decide(Contents contents) throws IOException, InterruptedException {
    TrainingRequest request = contents.request();
    ImageCounts counts = contents.tally().counts(request.images());
    Instant now = Instant.ofEpochMilli(contents.ending().at());
    Event progress = Event.progress(requestId, request.projectId(), counts, now);
    Ending.Cause cause = contents.ending().cause();
    if (cause == Ending.Cause.CANCELLED || cause == Ending.Cause.FORGOTTEN) {
      Event.ErrorInfo why = cause == Ending.Cause.FORGOTTEN ? FORGOTTEN : null;
      return new Decision(progress, Event.cancelled(request, counts, why, now), null, false);
    }

    List<Failure> ofImages = failures(contents);
    List<Failure> ofLabels =
        contents
            .admission()
            .lost(
                request.labels().stream().map(Label::name).toList(),
                contents.labels(),
                contents.tally());
    Event.ErrorInfo error = error(contents, ofLabels, ofImages);
    if (error != null) {
      List<Failure> all = Stream.of(ofLabels, ofImages).flatMap(List::stream).toList();
      return new Decision(progress, Event.failed(request, counts, all, error, now), null, false);
    }
    boolean inline = isInline(contents);
    PackedRequest packed =
        new PackedRequest(
            requestId,
            request.projectId(),
            request.name(),
            request.deliverTo(),
            archives.directory(requestId),
            counts,
            inline ? inlineArchives(contents) : writeArchives(request),
            ofImages);
    return request.deliverTo().kind() == Delivery.Kind.STORE
        ? new Decision(progress, PackedEvents.stored(packed, now), null, false)
        : new Decision(progress, null, packed, inline);
  }

  private boolean isInline(Contents contents) {
    Delivery deliverTo = contents.request().deliverTo();
    return deliverTo.kind() != Delivery.Kind.STORE
        && deliverTo.layout() == ArchiveLayout.ZIP_PER_LABEL // the size of no other is tallied
        && !settings.keep()
        && contents.admission().archiveBytes(contents.tally()) <= settings.inlineBytes();
  }

  /** Why the request fails; null if it does not. */
  private static Event.@Nullable ErrorInfo error(
      Contents contents, List<Failure> ofLabels, List<Failure> ofImages) {
    return switch (contents.ending().cause()) {
      case SUPERSEDED ->
          new Event.ErrorInfo(
              FailureCode.SUPERSEDED, "A newer training of this project has taken its place");
      case DEADLINE -> deadlineError(contents.tally().counts(contents.request().images()));
      case CANCELLED, FORGOTTEN ->
          throw new IllegalArgumentException("such a request does not fail");
      case IMAGES -> {
        if (!ofLabels.isEmpty()) {
          yield firstOf(ofLabels);
        }
        boolean fails = contents.request().onImageFailure() == ImageFailurePolicy.FAIL;
        yield fails && !ofImages.isEmpty() ? firstOf(ofImages) : null;
      }
    };
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

  /** The failing images in the order of the request; those still missing too if it is late. */
  private List<Failure> failures(Contents contents) throws InterruptedException {
    boolean late = contents.ending().cause() == Ending.Cause.DEADLINE;
    int total = contents.request().images();
    Map<Integer, Problem> problems = new HashMap<>();
    if (contents.tally().counts(total).failed() > 0) {
      for (int from = 0; from < total; from += GatheredImages.AT_ONCE) {
        problems.putAll(window.problems(from, Math.min(from + GatheredImages.AT_ONCE, total)));
      }
    }
    List<Failure> failures = new ArrayList<>();
    int index = 0;
    for (Label label : contents.request().labels()) {
      for (ImageLocation image : label.images()) {
        Problem problem = problems.get(index);
        if (late && !contents.seen().get(index)) {
          problem = new Problem(FailureCode.DEADLINE, "Unable to download image from the website");
        }
        if (problem != null) {
          failures.add(problem.of(label.name(), image));
        }
        index++;
      }
    }
    return failures;
  }

  private List<PackedArchive> writeArchives(TrainingRequest request)
      throws IOException, InterruptedException {
    return request.deliverTo().layout() == ArchiveLayout.IMAGE_FOLDER
        ? List.of(imageFolder(request))
        : archives(request, label -> archives.create(requestId, label));
  }

  /** One archive with a folder for each label. */
  private PackedArchive imageFolder(TrainingRequest request)
      throws IOException, InterruptedException {
    try (var writer = archives.create(requestId, null)) {
      int index = 0;
      for (Label label : request.labels()) {
        int end = index + label.images().size();
        add(writer, label.name() + "/", index, end);
        index = end;
      }
      return writer.finish();
    }
  }

  /** Archives with their content, for which there is memory. */
  private List<PackedArchive> inlineArchives(Contents contents)
      throws IOException, InterruptedException {
    long bytes = contents.admission().archiveBytes(contents.tally());
    memory.acquire(bytes);
    try {
      return archives(
          contents.request(),
          label ->
              archives.inline(
                  requestId,
                  label,
                  contents.labels().getOrDefault(label, LabelTally.EMPTY).bytes()));
    } catch (IOException | InterruptedException | RuntimeException failure) {
      memory.release(bytes);
      throw failure;
    }
  }

  private List<PackedArchive> archives(
      TrainingRequest request, FunctionWithException<String, ArchiveWriter, IOException> create)
      throws IOException, InterruptedException {
    List<PackedArchive> written = new ArrayList<>();
    int index = 0;
    for (Label label : request.labels()) {
      int end = index + label.images().size();
      try (var writer = create.apply(label.name())) {
        add(writer, "", index, end);
        written.add(writer.finish());
      }
      index = end;
    }
    return written;
  }

  private void add(ArchiveWriter writer, String folder, int from, int to)
      throws IOException, InterruptedException {
    int index = from;
    while (index < to) {
      Slice slice = window.images(index, to);
      for (ArchiveEntry image : slice.images()) {
        writer.add(folder, image);
      }
      index = slice.next();
    }
  }
}
