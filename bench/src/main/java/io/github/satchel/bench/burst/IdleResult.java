package io.github.satchel.bench.burst;

import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.ProcessUse;

/**
 * What the job uses while nobody trains; its JSON is what {@code bench idle --json} prints.
 *
 * @param run the job in one process, as {@code satchel run} has it
 * @param jobmanager of a cluster
 * @param taskmanager of that cluster
 */
public record IdleResult(Figures run, Figures jobmanager, Figures taskmanager) {

  /**
   * What a process used.
   *
   * @param cpuPercent of one core, over the whole time
   * @param rss the most bytes of physical memory that were seen
   */
  public record Figures(double cpuPercent, long rss) {

    static Figures of(ProcessUse use, String process, double seconds) {
      ProcessUse.Usage usage = use.usage().get(process);
      if (usage == null) {
        throw new IllegalStateException(process + " has ended; its log says why");
      }
      return new Figures(Burst.round(100 * usage.cpuSeconds() / seconds), use.peakRss(process));
    }
  }
}
