package io.github.satchel.bench.burst;

import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.BurstResult;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  @Mixin private ReportOption report;

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
      report.check();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Output output = new Output(spec, options.json);
    output.say(WorldOptions.STARTING);
    try (World world = options.start(before + students, Map.of())) {
      LoadFactory factory = new LoadFactory(world.services()::pictureUrl);
      output.say("Warming up with " + before + " pupils ...");
      List<Load> first = factory.pupils("warm-up", before, options.labels, options.images);
      world.serve(first, Duration.ZERO, patience(first));
      List<Load> loads = new ArrayList<>();
      if (large != null) {
        loads.add(large(factory, large));
      }
      loads.addAll(factory.pupils("burst", students, options.labels, options.images));
      output.say(students + " pupils press Train ...");
      Burst burst = world.measure(loads, Duration.ZERO, patience(loads));
      BurstResult result = burst.result();
      if (options.json) {
        output.print(Json.MAPPER.writeValueAsString(result));
      } else {
        output.burst(result);
      }
      report.write(burst);
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
}
