package io.github.satchel.bench.burst;

import io.github.satchel.testkit.flink.FlinkRest.Checkpoint;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.BurstResult;
import io.github.satchel.testkit.report.Monitor.MemorySample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of a soak; its JSON is what {@code bench soak --json} prints.
 *
 * @param burst the same figures as of a burst
 * @param memory bytes of physical memory of each process
 * @param state bytes of the job's state
 */
public record SoakResult(String type, BurstResult burst, Map<String, Memory> memory, State state) {

  /**
   * Physical memory of a process.
   *
   * @param early mean of the second quarter of the time
   * @param late mean of the last quarter
   */
  public record Memory(long early, long late) {}

  /**
   * State as checkpoints hold it.
   *
   * @param before when nothing was to do yet
   * @param most at any time
   * @param after when nothing was to do any more
   */
  public record State(long before, long most, long after) {}

  /**
   * The figures.
   *
   * @param before a checkpoint of the idle job before
   * @param after a checkpoint of the idle job afterwards
   */
  public static SoakResult of(Burst soak, Checkpoint before, Checkpoint after) {
    Map<String, Memory> memory = new LinkedHashMap<>();
    List<MemorySample> samples = soak.processUse().memory();
    int quarter = samples.size() / 4;
    for (String process : soak.processUse().usage().keySet()) {
      memory.put(
          process,
          new Memory(
              mean(process, samples.subList(quarter, 2 * quarter)),
              mean(process, samples.subList(3 * quarter, samples.size()))));
    }
    long most =
        soak.checkpoints().stream()
            .filter(Burst::isCompleted)
            .mapToLong(Checkpoint::stateSize)
            .max()
            .orElse(0);
    return new SoakResult(
        "soak", soak.result(), memory, new State(before.stateSize(), most, after.stateSize()));
  }

  private static long mean(String process, List<MemorySample> samples) {
    return (long)
        samples.stream()
            .mapToLong(sample -> sample.rss().getOrDefault(process, 0L))
            .average()
            .orElse(0);
  }
}
