package io.github.satchel.bench.burst;

import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.ReportPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The page that a benchmark of many pupils can leave. */
final class ReportOption {

  @Option(
      names = "--report",
      description = "Write a page to look at: each pupil's time, memory, busy time and so on.",
      paramLabel = "FILE.html")
  private @Nullable Path report;

  /**
   * Refuses the option if it is wrong.
   *
   * @param once whether one class is measured, once
   */
  void check(WorldOptions options, boolean once) {
    options.require(report == null || once, "--report goes with one round and no --peer");
    options.require(
        report == null || Files.isDirectory(report.toAbsolutePath().resolveSibling("")),
        "--report: there is no directory for " + report);
  }

  void write(Burst burst) throws IOException {
    if (report != null) {
      ReportPage.write(report, burst, List.of());
    }
  }
}
