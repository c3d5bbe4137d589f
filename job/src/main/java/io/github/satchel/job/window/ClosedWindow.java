package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.KeyedWork;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.model.Ending;
import io.github.satchel.job.model.Problem;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * A window that has closed, as seen from the threads that write its archives. Its state is read by
 * the task thread only, so each call waits for that; each takes it a few milliseconds at most.
 */
final class ClosedWindow {

  /**
   * All but the images.
   *
   * @param labels by name
   * @param seen the indices of the images that are here or known to have failed
   */
  record Contents(
      TrainingRequest request,
      Admission admission,
      Tally tally,
      Map<String, LabelTally> labels,
      BitSet seen,
      Ending ending) {}

  /**
   * Images next to each other in the request, those that failed left out.
   *
   * @param next index at which to go on
   */
  record Slice(List<ArchiveEntry> images, int next) {}

  private final String requestId;
  private final KeyedWork threads;
  private final Callable<Contents> contents;
  private final GatheredImages images;

  /**
   * @param contents reads them, on the task thread
   */
  ClosedWindow(
      String requestId, KeyedWork threads, Callable<Contents> contents, GatheredImages images) {
    this.requestId = requestId;
    this.threads = threads;
    this.contents = contents;
    this.images = images;
  }

  Contents contents() throws InterruptedException {
    return threads.ask(requestId, contents);
  }

  /** Why images failed, in a range of at most {@link GatheredImages#AT_ONCE} indices. */
  Map<Integer, Problem> problems(int from, int to) throws InterruptedException {
    return threads.ask(requestId, () -> images.problems(from, to));
  }

  /** The images from an index on, up to another, about a slice's worth of them. */
  Slice images(int from, int to) throws InterruptedException {
    return threads.ask(requestId, () -> images.slice(from, to));
  }
}
