package io.github.satchel.bench.burst;

import io.github.satchel.bench.burst.IdleResult.Figures;
import io.github.satchel.bench.world.World;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.report.Load;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Nobody trains. */
@Command(
    name = "idle",
    description = {
      "What the job costs while nobody trains: 'satchel run' in one process, and the job manager"
          + " and the task manager of a cluster, each after a class has trained with it. CPU time"
          + " is that of the whole time, in per cent of one core; memory is the most that was"
          + " seen.",
      "--standalone is not needed: both are measured."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class IdleCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Option(
      names = "--minutes",
      defaultValue = "5",
      description = "How long to look (${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--settle",
      defaultValue = "30",
      description =
          "Seconds between the last pupil and the measurement, in which what a class leaves behind"
              + " is cleaned up (${DEFAULT-VALUE}).",
      paramLabel = "SECONDS")
  private int settle;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "Pupils of the class before (${DEFAULT-VALUE}).",
      paramLabel = "STUDENTS")
  private int warmUp;

  @Mixin private WorldOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigurationException {
    try {
      WorldOptions.require(minutes > 0, "--minutes must be more than 0");
      WorldOptions.require(settle >= 0, "--settle must be at least 0");
      WorldOptions.require(warmUp >= 1, "--warm-up must be at least 1");
      options.check();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Output output = new Output(spec, options.json);
    output.say("Starting the job twice, each with services of its own ...");
    try (World run = options.start("idle-run", true, warmUp);
        World cluster = options.start("idle-cluster", false, warmUp)) {
      for (World world : List.of(run, cluster)) {
        List<Load> loads =
            options.loads(world).pupils("warm-up", warmUp, options.labels, options.images);
        world.warmUp(loads, PATIENCE);
      }
      output.say("Nobody trains for " + minutes + " minutes ...");
      Thread.sleep(Duration.ofSeconds(settle).toMillis());
      IdleResult result =
          Idling.measure(run, cluster, Duration.ofMillis((long) (minutes * 60_000)));
      if (options.json) {
        output.print(Json.MAPPER.writeValueAsString(result));
      } else {
        output.say("");
        output.say("%-12s %15s %15s".formatted("process", "CPU, % of one", "memory, MB"));
        print(output, "run", result.run());
        print(output, "jobmanager", result.jobmanager());
        print(output, "taskmanager", result.taskmanager());
      }
      return 0;
    }
  }

  private static void print(Output output, String process, Figures figures) {
    output.say(
        String.format(
            Locale.ROOT, "%-12s %15.2f %15d", process, figures.cpuPercent(), figures.rss() >> 20));
  }
}
