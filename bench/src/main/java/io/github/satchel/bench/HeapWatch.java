package io.github.satchel.bench;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;

/**
 * How much of the heap is alive: what is left when garbage has just been collected, in full. G1 by
 * itself leaves dead arrays of this size where they are until the heap is almost full, so its
 * figures say more of the heap's limit than of the job.
 */
final class HeapWatch {

  private static final int QUARTERS = 4;

  private final List<Sample> samples = new CopyOnWriteArrayList<>();

  private record Sample(long atNanos, long bytes) {}

  void sample() {
    System.gc();
    samples.add(
        new Sample(
            System.nanoTime(), ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()));
  }

  /** The most bytes in each quarter of a time; 0 for one without samples. */
  List<Long> peaks(long fromNanos, long toNanos) {
    return LongStream.range(0, QUARTERS)
        .map(
            quarter ->
                samples.stream()
                    .filter(
                        sample ->
                            QUARTERS * (sample.atNanos - fromNanos) / (toNanos - fromNanos)
                                == quarter)
                    .mapToLong(Sample::bytes)
                    .max()
                    .orElse(0))
        .boxed()
        .toList();
  }
}
