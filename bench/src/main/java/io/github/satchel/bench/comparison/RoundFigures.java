package io.github.satchel.bench.comparison;

import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.Part;
import io.github.satchel.testkit.report.Percentiles;
import io.github.satchel.testkit.report.ProcessUse;
import io.github.satchel.testkit.report.RequestLog.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What it took to serve a class once. Times are in seconds.
 *
 * @param lastPupil from a press of Train until that pupil was served, the longest
 * @param meanPupil the same, the mean
 * @param p95Pupil the same, the 95th percentile
 * @param imagesPerCpuSecond by CPU time of the processes that serve
 * @param imagesPerCpuSecondOfAll by CPU time of those and of what had to run for them
 * @param cpuSecondsElsewhere of the site with pictures and the trainer
 * @param peakMemory the most bytes of physical memory that the processes that serve had together
 * @param complaints what was not as expected, a sentence each
 */
public record RoundFigures(
    double lastPupil,
    double meanPupil,
    double p95Pupil,
    double imagesPerCpuSecond,
    double imagesPerCpuSecondOfAll,
    double cpuSecondsElsewhere,
    long peakMemory,
    List<String> complaints) {

  /** The figures of a burst of the job. */
  public static RoundFigures of(Burst burst) {
    List<Entry> entries = burst.log().entries();
    return of(
        entries.stream()
            .filter(entry -> !entry.load().ahead())
            .map(Entry::time)
            .filter(Objects::nonNull)
            .toList(),
        entries.stream().mapToInt(entry -> entry.load().images()).sum(),
        burst.processUse(),
        burst.result().complaints());
  }

  /**
   * The figures of a round.
   *
   * @param pupils the time of each
   * @param images of all requests
   */
  public static RoundFigures of(
      List<Duration> pupils, int images, ProcessUse use, List<String> complaints) {
    Percentiles percentiles = new Percentiles(pupils.isEmpty() ? List.of(Duration.ZERO) : pupils);
    return new RoundFigures(
        Burst.round(Burst.seconds(percentiles.at(100))),
        Burst.round(pupils.stream().mapToDouble(Burst::seconds).average().orElse(0)),
        Burst.round(Burst.seconds(percentiles.at(95))),
        Burst.round(images / use.cpuSeconds(Part.SERVING)),
        Burst.round(images / (use.cpuSeconds(Part.SERVING) + use.cpuSeconds(Part.NEEDED))),
        Burst.round(use.cpuSeconds(Part.ELSEWHERE)),
        use.peakMemory(Part.SERVING),
        complaints);
  }

  /** The same figures alone. */
  public RoundFigures withoutComplaints() {
    return new RoundFigures(
        lastPupil,
        meanPupil,
        p95Pupil,
        imagesPerCpuSecond,
        imagesPerCpuSecondOfAll,
        cpuSecondsElsewhere,
        peakMemory,
        List.of());
  }

  /** Of each figure the median, and all complaints. */
  static RoundFigures median(List<RoundFigures> rounds) {
    List<String> complaints = new ArrayList<>();
    rounds.forEach(round -> complaints.addAll(round.complaints));
    return new RoundFigures(
        median(rounds, RoundFigures::lastPupil),
        median(rounds, RoundFigures::meanPupil),
        median(rounds, RoundFigures::p95Pupil),
        median(rounds, RoundFigures::imagesPerCpuSecond),
        median(rounds, RoundFigures::imagesPerCpuSecondOfAll),
        median(rounds, RoundFigures::cpuSecondsElsewhere),
        (long) median(rounds, RoundFigures::peakMemory),
        complaints);
  }

  private static double median(List<RoundFigures> rounds, ToDoubleFunction<RoundFigures> figure) {
    return Median.of(rounds.stream().mapToDouble(figure).boxed().toList());
  }
}
