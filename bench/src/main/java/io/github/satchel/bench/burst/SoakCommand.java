package io.github.satchel.bench.burst;

import io.github.satchel.bench.world.World;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.flink.FlinkRest.Checkpoint;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pupils press Train one after another for a while. */
@Command(
    name = "soak",
    description = {
      "Pupils press Train one after another, evenly spread over a time, each for a project of its"
          + " own; then compares memory and state with what they were before.",
      "Ends with status 0 only if every request ended as expected."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class SoakCommand implements Callable<Integer> {

  private static final int WARM_UP = 30;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Option(
      names = "--requests",
      defaultValue = "1000",
      description = "Requests in all (${DEFAULT-VALUE}).")
  private int requests;

  @Option(
      names = "--minutes",
      defaultValue = "10",
      description = "Time over which they are written (${DEFAULT-VALUE}).")
  private double minutes;

  @Mixin private WorldOptions options;

  @Mixin private ReportOption report;

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigurationException {
    options.require(requests >= 1, "--requests must be at least 1");
    options.require(minutes > 0, "--minutes must be more than 0");
    options.check();
    report.check(options, true);
    Output output = options.output();
    output.say(WorldOptions.STARTING);
    try (World world = options.start(WARM_UP + requests, Map.of())) {
      LoadFactory factory = options.loads(world);
      output.say("Warming up with " + WARM_UP + " pupils ...");
      world.warmUp(options.pupils(factory, "warm-up", WARM_UP), PATIENCE);
      Checkpoint before = world.nextCheckpoint();
      output.say("%d pupils press Train within %s minutes ...".formatted(requests, minutes));
      List<Load> loads = options.pupils(factory, "soak", requests);
      Burst burst =
          world.measure(loads, Duration.ofMillis((long) (minutes * 60_000)), PATIENCE, true);
      SoakResult result = SoakResult.of(burst, before, world.nextCheckpoint());
      if (output.json()) {
        output.print(Json.MAPPER.writeValueAsString(result));
      } else {
        output.burst(result.burst());
        print(output, result);
      }
      report.write(burst);
      return result.burst().asExpected() ? 0 : 1;
    }
  }

  private static void print(Output output, SoakResult result) {
    output.say("");
    output.say("%-15s %18s %18s".formatted("mean RSS, MB", "2nd quarter", "last quarter"));
    result
        .memory()
        .forEach(
            (process, memory) ->
                output.say(
                    "%-15s %18d %18d"
                        .formatted(process, memory.early() >> 20, memory.late() >> 20)));
    output.say(
        "state, KB           %d before, %d at most, %d after"
            .formatted(
                result.state().before() >> 10,
                result.state().most() >> 10,
                result.state().after() >> 10));
  }
}
