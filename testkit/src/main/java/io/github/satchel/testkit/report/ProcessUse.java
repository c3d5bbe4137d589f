package io.github.satchel.testkit.report;

import io.github.satchel.testkit.report.Monitor.MemorySample;
import java.util.List;
import java.util.Map;

/**
 * What processes used while requests were served.
 *
 * @param usage of each process by name
 * @param memory of each, every now and then
 */
public record ProcessUse(Map<String, Usage> usage, List<MemorySample> memory) {

  /**
   * What a process used.
   *
   * @param cpuSeconds user and system time
   * @param peakRssOfLife the most bytes of physical memory since its start
   */
  public record Usage(Part part, double cpuSeconds, long peakRssOfLife) {}

  /** User and system time of the processes of a part together. */
  public double cpuSeconds(Part part) {
    return usage.values().stream()
        .filter(each -> each.part() == part)
        .mapToDouble(Usage::cpuSeconds)
        .sum();
  }

  /** The most bytes of physical memory that the processes of a part were seen to have together. */
  public long peakMemory(Part part) {
    return memory.stream()
        .mapToLong(
            sample ->
                sample.rss().entrySet().stream()
                    .filter(each -> part(each.getKey()) == part)
                    .mapToLong(Map.Entry::getValue)
                    .sum())
        .max()
        .orElse(0);
  }

  /** The most bytes of physical memory that a process was seen to have. */
  public long peakRss(String process) {
    return memory.stream()
        .mapToLong(sample -> sample.rss().getOrDefault(process, 0L))
        .max()
        .orElse(0);
  }

  private Part part(String process) {
    Usage known = usage.get(process);
    return known == null ? Part.ELSEWHERE : known.part();
  }
}
