package io.github.satchel.job.window;

import io.github.satchel.contract.ImageCounts;
import io.github.satchel.job.model.ResizedImage;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * What a window has seen so far; public for the POJO serializer.
 *
 * @param labels by name, those of which an image was seen
 * @param seen a bit for the index of each image seen, as {@link BitSet#toLongArray}
 * @param progressAt processing time of the last progress event, in milliseconds; 0 for none
 * @param progressTimer whether a timer stands for the next progress event
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record Tally(
    Map<String, LabelTally> labels, long[] seen, long progressAt, boolean progressTimer) {

  static final Tally EMPTY = new Tally(Map.of(), new long[0], 0, false);

  /** Whether the image of that index is here or known to have failed. */
  boolean has(int index) {
    int word = index / Long.SIZE;
    return word < seen.length && (seen[word] >>> index & 1) != 0;
  }

  Tally plus(ResizedImage image) {
    Map<String, LabelTally> counted = new HashMap<>(labels);
    counted.put(image.label(), label(image.label()).plus(image));
    BitSet known = BitSet.valueOf(seen);
    known.set(image.index());
    return new Tally(counted, known.toLongArray(), progressAt, progressTimer);
  }

  Tally reported(long at) {
    return new Tally(labels, seen, at, false);
  }

  Tally timed() {
    return new Tally(labels, seen, progressAt, true);
  }

  LabelTally label(String name) {
    return labels.getOrDefault(name, LabelTally.EMPTY);
  }

  ImageCounts counts(int total) {
    return new ImageCounts(
        total,
        labels.values().stream().mapToInt(LabelTally::usable).sum(),
        labels.values().stream().mapToInt(LabelTally::failed).sum());
  }

  /** Size of all archives together if they were written now. */
  long bytes() {
    return labels.values().stream().mapToLong(LabelTally::bytes).sum();
  }

  /** The label whose archive would be the largest; there must be one. */
  String largest() {
    return labels.entrySet().stream()
        .max(Comparator.comparingLong(label -> label.getValue().bytes()))
        .orElseThrow()
        .getKey();
  }
}
