package io.github.satchel.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.job.model.Json;
import io.github.satchel.local.bench.Burst;
import io.github.satchel.local.bench.BurstResult;
import io.github.satchel.local.bench.BurstResult.ProcessFigures;
import io.github.satchel.local.bench.Load;
import io.github.satchel.local.bench.LoadFactory;
import io.github.satchel.local.bench.ReportPage;
import io.github.satchel.local.bench.World;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A class presses Train together. */
@Command(
    name = "burst",
    description = {
      "A class of pupils presses Train at the same moment, each for a project of its own, after a class"
          + " before it has warmed everything up.",
      "Ends with status 0 only if every request ended as expected."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BurstCommand implements Callable<Integer> {

  private static final int MIN_WARMUP = 30;
  private static final Pattern LARGE = Pattern.compile("(\\d{1,4})x(\\d{1,5})");

  @Option(names = "--students", defaultValue = "100", description = "Pupils (${DEFAULT-VALUE}).")
  private int students;

  @Mixin private WorldOptions options;

  @Option(
      names = "--large",
      description =
          "Have one large request written before the others, such as 2x10000: labels x pictures a label.",
      paramLabel = "LxM")
  private @Nullable String large;

  @Option(
      names = "--warm-up",
      description = "Pupils of the class before (as many as --students, at least 30).",
      paramLabel = "STUDENTS")
  private @Nullable Integer warmUp;

  @Option(
      names = "--report",
      description = "Write a page to look at: each pupil's time, memory, busy time and so on.",
      paramLabel = "FILE.html")
  private @Nullable Path report;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigurationException {
    int before = warmUp == null ? Math.max(students, MIN_WARMUP) : warmUp;
    try {
      WorldOptions.require(students >= 1, "--students must be at least 1");
      WorldOptions.require(before >= 1, "--warm-up must be at least 1");
      WorldOptions.require(
          large == null || LARGE.matcher(large).matches(),
          "--large must be labels x pictures, such as 2x10000");
      options.check();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    say(
        "Starting Kafka, an S3 server, a site with pictures, a trainer, and Flink with the job ...");
    try (World world = options.start(before + students)) {
      LoadFactory factory = new LoadFactory(world.services()::pictureUrl);
      say("Warming up with " + before + " pupils ...");
      List<Load> first = factory.pupils("warm-up", before, options.labels, options.images);
      world.serve(first, Duration.ZERO, patience(first));
      List<Load> loads = new ArrayList<>();
      if (large != null) {
        loads.add(large(factory, large));
      }
      loads.addAll(factory.pupils("burst", students, options.labels, options.images));
      say(students + " pupils press Train ...");
      Burst burst = world.measure(loads, Duration.ZERO, patience(loads));
      BurstResult result = burst.result();
      print(result);
      if (report != null) {
        ReportPage.write(report, burst, List.of());
        say("Report: " + report);
      }
      return result.asExpected() ? 0 : 1;
    }
  }

  private static Load large(LoadFactory factory, String size) {
    Matcher matcher = LARGE.matcher(size);
    if (!matcher.matches()) {
      throw new IllegalStateException(size); // checked before
    }
    return factory.large(
        "burst", Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Bounded by pictures at a crawl. */
  private static Duration patience(List<Load> loads) {
    return Duration.ofMinutes(1).plusMillis(50L * loads.stream().mapToInt(Load::images).sum());
  }

  private void print(BurstResult result) throws JsonProcessingException {
    if (options.json) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(Json.MAPPER.writeValueAsString(result));
      out.flush();
      return;
    }
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
    say("order of completion " + result.order().stream().map(BurstCommand::brief).toList());
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

  private static String brief(String pupil) {
    return pupil.replace("pupil ", "");
  }

  /** For people; with {@code --json} not on standard output. */
  private void say(String line) {
    PrintWriter out = options.json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
