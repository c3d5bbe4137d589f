package io.github.satchel.job.window;

import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.model.Ending;
import io.github.satchel.job.model.Problem;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * A window that has closed, as seen from the threads that write its archives. Its state is read by
 * the task thread only, so each call waits for that; each takes it a few milliseconds at most.
 */
interface ClosedWindow {

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

  Contents contents() throws InterruptedException;

  /** Why images failed, in a range of at most {@link RequestWindow#IMAGES_AT_ONCE} indices. */
  Map<Integer, Problem> problems(int from, int to) throws InterruptedException;

  /** The images from an index on, up to another, about a slice's worth of them. */
  Slice images(int from, int to) throws InterruptedException;
}
