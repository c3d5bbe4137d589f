package io.github.satchel.job.window;

import io.github.satchel.contract.Archive;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.model.PackedEvents;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.window.ClosedWindow.Contents;
import io.github.satchel.job.window.ClosedWindow.Slice;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides a request whose window has closed, and writes its archives if it succeeds. Blocking code
 * for a thread other than the task's; an attempt that fails can be made again from the start.
 */
final class Settlement {

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  private final ArchiveStore archives;
  private final String requestId;
  private final ClosedWindow window;

  Settlement(ArchiveStore archives, String requestId, ClosedWindow window) {
    this.archives = archives;
    this.requestId = requestId;
    this.window = window;
  }

  /** The decision, which is on disk; that of an earlier attempt if there was one. */
  Decision settle() throws IOException, InterruptedException {
    Decision earlier = archives.readDecision(requestId);
    if (earlier != null) {
      LOG.info("Request {} was decided before, and stays so", requestId);
      return earlier;
    }
    Decision decision = decide(window.contents());
    archives.writeDecision(requestId, decision);
    return decision;
  }

  private Decision decide(Contents contents) throws IOException, InterruptedException {
    TrainingRequest request = contents.request();
    ImageCounts counts = contents.tally().counts(request.images());
    Instant now = Instant.ofEpochMilli(contents.ending().at());
    Event progress = Event.progress(requestId, request.projectId(), counts, now);

    List<Failure> ofImages = failures(contents);
    List<Failure> ofLabels = contents.admission().lost(contents.tally());
    Event.ErrorInfo error = error(contents, ofLabels, ofImages);
    if (error != null) {
      List<Failure> all = Stream.of(ofLabels, ofImages).flatMap(List::stream).toList();
      return new Decision(progress, Event.failed(request, counts, all, error, now), null);
    }
    PackedRequest packed =
        new PackedRequest(
            requestId,
            request.projectId(),
            request.name(),
            request.deliverTo(),
            archives.directory(requestId),
            counts,
            writeArchives(request),
            ofImages);
    return request.deliverTo().kind() == Delivery.Kind.STORE
        ? new Decision(progress, PackedEvents.stored(packed, now), null)
        : new Decision(progress, null, packed);
  }

  /** Why the request fails; null if it does not. */
  private static Event.@Nullable ErrorInfo error(
      Contents contents, List<Failure> ofLabels, List<Failure> ofImages) {
    return switch (contents.ending().cause()) {
      case SUPERSEDED ->
          new Event.ErrorInfo(
              FailureCode.SUPERSEDED, "A newer training of this project has taken its place");
      case DEADLINE -> deadlineError(contents.tally().counts(contents.request().images()));
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
      for (int from = 0; from < total; from += RequestWindow.IMAGES_AT_ONCE) {
        problems.putAll(
            window.problems(from, Math.min(from + RequestWindow.IMAGES_AT_ONCE, total)));
      }
    }
    List<Failure> failures = new ArrayList<>();
    int index = 0;
    for (Label label : contents.request().labels()) {
      for (ImageLocation image : label.images()) {
        Problem problem = problems.get(index);
        if (late && !contents.tally().has(index)) {
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

  private List<Archive> writeArchives(TrainingRequest request)
      throws IOException, InterruptedException {
    List<Archive> written = new ArrayList<>();
    int index = 0;
    for (Label label : request.labels()) {
      int end = index + label.images().size();
      try (var writer = archives.create(requestId, label.name())) {
        while (index < end) {
          Slice slice = window.images(index, end);
          for (ArchiveEntry image : slice.images()) {
            writer.add(image);
          }
          index = slice.next();
        }
        written.add(writer.finish());
      }
    }
    return written;
  }
}
