package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.KeyedOperator;
import io.github.satchel.contract.Label;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.window.ClosedWindow.Slice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/**
 * The images of the current key's request, by index, and what is counted of them. For the task
 * thread.
 */
final class GatheredImages {

  /** Some milliseconds of reading RocksDB. */
  static final int SLICE_BYTES = 512 * 1024;

  /** Images looked up or removed at once, likewise. */
  static final int AT_ONCE = 500;

  /** State that requests have whose images are not all removed. */
  static final String UNCLEARED = "uncleared";

  private final MapState<Integer, ArchiveEntry> images;
  private final MapState<Integer, Problem> problems;
  private final ValueState<Tally> tally;
  private final MapState<String, LabelTally> labels;

  /** A bit for each image that is here or known to have failed: words of 64, by number. */
  private final MapState<Integer, Long> seen;

  /** How many images of a request that has ended may still be in state: those before the index. */
  private final ValueState<Integer> uncleared;

  GatheredImages(KeyedOperator<?> operator) {
    images = operator.mapState("images", Types.INT, TypeInformation.of(ArchiveEntry.class));
    problems = operator.mapState("problems", Types.INT, TypeInformation.of(Problem.class));
    tally = operator.state("tally", TypeInformation.of(Tally.class));
    labels = operator.mapState("labels", Types.STRING, TypeInformation.of(LabelTally.class));
    seen = operator.mapState("seen", Types.INT, Types.LONG);
    uncleared = operator.state(UNCLEARED, Types.INT);
  }

  /** What was counted of a request, and of the label of an image. */
  record Counts(Tally all, LabelTally label) {}

  /** Adds an image and counts it; null if it was known before. */
  @Nullable Counts add(ResizedImage image) throws Exception {
    if (!see(image.index())) {
      return null;
    }
    if (image.problem() == null) {
      images.put(
          image.index(),
          new ArchiveEntry(
              Objects.requireNonNull(image.name()), Objects.requireNonNull(image.content())));
    } else {
      problems.put(image.index(), image.problem());
    }
    Counts counts = new Counts(tally().plus(image), label(image.label()).plus(image));
    tally.update(counts.all());
    labels.put(image.label(), counts.label());
    return counts;
  }

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

  Tally tally() throws IOException {
    Tally current = tally.value();
    return current == null ? Tally.EMPTY : current;
  }

  void update(Tally counted) throws IOException {
    tally.update(counted);
  }

  private LabelTally label(String name) throws Exception {
    LabelTally current = labels.get(name);
    return current == null ? LabelTally.EMPTY : current;
  }

  /** Notes how many images a label is to have. */
  LabelTally expect(Label label) throws Exception {
    LabelTally counted = label(label.name()).of(label.images().size());
    labels.put(label.name(), counted);
    return counted;
  }

  Map<String, LabelTally> labels() throws Exception {
    Map<String, LabelTally> tallies = new HashMap<>();
    for (Map.Entry<String, LabelTally> each : labels.entries()) {
      tallies.put(each.getKey(), each.getValue());
    }
    return tallies;
  }

  /** The indices of the images that are here or known to have failed. */
  BitSet seen() throws Exception {
    BitSet known = new BitSet();
    for (Map.Entry<Integer, Long> each : seen.entries()) {
      int first = each.getKey() * Long.SIZE;
      BitSet.valueOf(new long[] {each.getValue()}).stream().forEach(bit -> known.set(first + bit));
    }
    return known;
  }

  /** Why images failed, of those from an index on, up to another. */
  Map<Integer, Problem> problems(int from, int to) throws Exception {
    Map<Integer, Problem> read = new HashMap<>();
    for (int index = from; index < to; index++) {
      Problem problem = problems.get(index);
      if (problem != null) {
        read.put(index, problem);
      }
    }
    return read;
  }

  /** The images from an index on, up to another, about a slice's worth of them. */
  Slice slice(int from, int to) throws Exception {
    List<ArchiveEntry> read = new ArrayList<>();
    int last = Math.min(to, from + AT_ONCE);
    int index = from;
    for (long bytes = 0; index < last && bytes < SLICE_BYTES; index++) {
      ArchiveEntry image = images.get(index);
      if (image != null) {
        read.add(image);
        bytes += image.content().length;
      }
    }
    return new Slice(read, index);
  }

  /** Removes all, of a request that has never come. */
  void drop() {
    images.clear();
    problems.clear();
    clearCounts();
  }

  /**
   * Removes what is counted, and has {@link #clearSome} remove the images.
   *
   * @param count of the request's images
   */
  void end(int count) throws IOException {
    uncleared.update(count);
    clearCounts();
  }

  private void clearCounts() {
    tally.clear();
    labels.clear();
    seen.clear();
  }

  /**
   * Removes some hundred images; true if more are left. One by one, since {@code MapState.clear()}
   * would read all of them from RocksDB.
   */
  boolean clearSome() throws Exception {
    int end = Objects.requireNonNull(uncleared.value());
    int start = Math.max(0, end - AT_ONCE);
    for (int index = start; index < end; index++) {
      images.remove(index);
      problems.remove(index);
    }
    if (start == 0) {
      uncleared.clear();
      return false;
    }
    uncleared.update(start);
    return true;
  }
}
