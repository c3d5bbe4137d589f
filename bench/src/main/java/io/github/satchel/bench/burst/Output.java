package io.github.satchel.bench.burst;

import io.github.satchel.bench.comparison.Comparison;
import io.github.satchel.bench.comparison.RoundFigures;
import io.github.satchel.testkit.report.BurstResult;
import io.github.satchel.testkit.report.BurstResult.ProcessFigures;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a benchmark prints.
 *
 * @param json whether standard output is for a script, so that people read standard error
 */
record Output(CommandSpec spec, boolean json) {

  /** People compare the first few; the report page has all. */
  private static final int MOST_IN_ORDER = 40;

  /** For people. */
  void say(String line) {
    write(json ? spec.commandLine().getErr() : spec.commandLine().getOut(), line);
  }

  /** For whoever reads standard output. */
  void print(String line) {
    write(spec.commandLine().getOut(), line);
  }

  /** The figures of a burst, for people. */
  void burst(BurstResult result) {
    say("");
    say("requests            %d: %s".formatted(result.requests(), result.outcomes()));
    say(
        "request to outcome  p50 %.2f s, p95 %.2f s, max %.2f s; mean %.2f s, %.2f of max"
            .formatted(
                result.p50(), result.p95(), result.max(), result.mean(), result.meanToMax()));
    if (result.large() != null) {
      say("the large request   %.2f s".formatted(result.large()));
    }
    say(
        "of the mean pupil   waiting %.2f s, images %.2f s, packing %.2f s, uploading %.2f s"
            .formatted(
                result.stages().waiting(),
                result.stages().images(),
                result.stages().packing(),
                result.stages().uploading()));
    say(
        "images              %d in %.2f s, %.1f a second"
            .formatted(result.images(), result.seconds(), result.imagesPerSecond()));
    say(
        "CPU of the job      %.2f s, %.1f images a CPU-second"
            .formatted(result.cpuSeconds(), result.imagesPerCpuSecond()));
    say(
        "checkpoints         %d completed, %d failed, seconds %s"
            .formatted(
                result.checkpoints().completed(),
                result.checkpoints().failed(),
                result.checkpoints().durations()));
    if (result.bytesInFlight() != null) {
      say("bytes in flight     at most %d MB".formatted(result.bytesInFlight() >> 20));
    }
    List<String> order = result.order().stream().map(Output::brief).toList();
    int more = Math.max(order.size() - MOST_IN_ORDER, 0);
    say(
        "order of completion "
            + order.subList(0, order.size() - more)
            + (more == 0 ? "" : " and %d more".formatted(more)));
    say("");
    say("%-15s %12s %15s %15s".formatted("process", "CPU seconds", "peak RSS, MB", "of its life"));
    for (ProcessFigures process : result.processes()) {
      say(
          "%-15s %12.2f %15d %15d"
              .formatted(
                  process.name(),
                  process.cpuSeconds(),
                  process.peakRss() >> 20,
                  process.peakRssOfLife() >> 20));
    }
    result.complaints().forEach(complaint -> say("NOT AS EXPECTED: " + complaint));
  }

  /** The heading of the figures of rounds. */
  void rounds() {
    say("");
    say(
        "%-8s %12s %12s %12s %14s %14s %14s %12s"
            .formatted(
                "",
                "last pupil",
                "mean pupil",
                "p95 pupil",
                "images/CPU-s",
                "same, of all",
                "CPU elsewhere",
                "peak memory"));
  }

  /** The figures of a round. */
  void round(String who, RoundFigures figures) {
    say(
        String.format(
            Locale.ROOT,
            "%-8s %10.2f s %10.2f s %10.2f s %14.1f %14.1f %12.2f s %9d MB",
            who,
            figures.lastPupil(),
            figures.meanPupil(),
            figures.p95Pupil(),
            figures.imagesPerCpuSecond(),
            figures.imagesPerCpuSecondOfAll(),
            figures.cpuSecondsElsewhere(),
            figures.peakMemory() >> 20));
    figures.complaints().forEach(complaint -> say("NOT AS EXPECTED: " + complaint));
  }

  /** Medians and ratios. */
  void comparison(Comparison comparison) {
    say("");
    say("medians");
    medians("job", comparison.medians().job());
    RoundFigures peer = comparison.medians().peer();
    Comparison.Ratio ratio = comparison.ratio();
    if (peer != null && ratio != null) {
      medians(String.valueOf(comparison.peer()), peer);
      say(
          String.format(
              Locale.ROOT,
              "%-8s %12.2f %12.2f %12.2f %14.2f %14.2f %14s %12.2f",
              "ratio",
              ratio.lastPupil(),
              ratio.meanPupil(),
              ratio.p95Pupil(),
              ratio.imagesPerCpuSecond(),
              ratio.imagesPerCpuSecondOfAll(),
              "",
              ratio.peakMemory()));
    }
  }

  private void medians(String who, RoundFigures figures) {
    round(who, figures.withoutComplaints());
  }

  private static String brief(String pupil) {
    return pupil.replace("pupil ", "");
  }

  private static void write(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
