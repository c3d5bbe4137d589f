package io.github.satchel.bench.burst;

import io.github.satchel.bench.burst.IdleResult.Figures;
import io.github.satchel.bench.world.World;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.ProcessUse;
import io.github.satchel.testkit.report.Watch;
import io.github.satchel.testkit.report.Watch.Watched;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigurationException {
    options.require(minutes > 0, "--minutes must be more than 0");
    options.require(settle >= 0, "--settle must be at least 0");
    options.require(warmUp >= 1, "--warm-up must be at least 1");
    options.check();
    Output output = options.output();
    output.say("Starting the job twice, each with services of its own ...");
    try (World run = options.start("idle-run", true, warmUp);
        World cluster = options.start("idle-cluster", false, warmUp)) {
      for (World world : List.of(run, cluster)) {
        List<Load> loads = options.pupils(options.loads(world), "warm-up", warmUp);
        world.warmUp(loads, PATIENCE);
      }
      output.say("Nobody trains for " + minutes + " minutes ...");
      Thread.sleep(Duration.ofSeconds(settle).toMillis());
      IdleResult result = measure(run, cluster, Duration.ofMillis((long) (minutes * 60_000)));
      if (output.json()) {
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

  /**
   * Measures both at the same time.
   *
   * @param standalone the job in one process
   * @param cluster the job on a cluster of one task manager
   */
  private static IdleResult measure(World standalone, World cluster, Duration time)
      throws InterruptedException {
    List<Watched> processes = new ArrayList<>(standalone.jobProcesses());
    processes.addAll(cluster.jobProcesses());
    // Nobody asks Flink for its metrics meanwhile: that would be work.
    try (Watch watch = Watch.begin(processes, null)) {
      long begin = System.nanoTime();
      Thread.sleep(time.toMillis());
      ProcessUse use = watch.use();
      double seconds = (System.nanoTime() - begin) / 1e9;
      List<Figures> figures =
          processes.stream().map(each -> Figures.of(use, each.name(), seconds)).toList();
      return new IdleResult(figures.get(0), figures.get(1), figures.get(2));
    }
  }

  private static void print(Output output, String process, Figures figures) {
    output.say(
        String.format(
            Locale.ROOT, "%-12s %15.2f %15d", process, figures.cpuPercent(), figures.rss() >> 20));
  }
}
