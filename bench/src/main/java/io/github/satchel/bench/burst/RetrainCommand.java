package io.github.satchel.bench.burst;

import io.github.satchel.bench.burst.RetrainResult.Trainings;
import io.github.satchel.bench.world.World;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.report.LoadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pupils train, change some pictures and train again. */
@Command(
    name = "retrain",
    description = {
      "Pupils press Train one after another; then each exchanges some pictures and presses Train"
          + " again, with a job that keeps resized pictures (cache.dir).",
      "Ends with status 0 only if every request ended as expected."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RetrainCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Option(
      names = "--students",
      defaultValue = "11",
      description = "Pupils, each of whom trains twice (${DEFAULT-VALUE}).")
  private int students;

  @Option(
      names = "--new",
      defaultValue = "2",
      description =
          "Pictures of the second training that the first had not (${DEFAULT-VALUE}); the others"
              + " are the same.")
  private int fresh;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "Pupils of the class before, who train together (${DEFAULT-VALUE}).",
      paramLabel = "STUDENTS")
  private int warmUp;

  @Mixin private WorldOptions options;

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigurationException {
    options.require(students >= 1, "--students must be at least 1");
    options.require(warmUp >= 1, "--warm-up must be at least 1");
    options.check();
    options.require(
        fresh >= 0 && fresh <= options.size().pictures(),
        "--new must be 0 to " + options.size().pictures());
    Output output = options.output();
    output.say(WorldOptions.STARTING);
    Map<String, String> job =
        Map.of(SatchelOptions.CACHE_DIR.key(), "s3://" + LocalServices.RESIZED_BUCKET);
    try (World world = options.start(2 * (warmUp + students), job)) {
      LoadFactory factory = options.loads(world);
      Retraining retraining = new Retraining(world, factory, fresh, PATIENCE);
      output.say("Warming up with " + warmUp + " pupils ...");
      retraining.warmUp(factory.pupils("warm-up", warmUp, 2, 15));
      output.say(students + " pupils press Train, one after another, and again ...");
      RetrainResult result = retraining.measure(options.pupils(factory, "retrain", students));
      if (output.json()) {
        output.print(Json.MAPPER.writeValueAsString(result));
      } else {
        print(output, result);
      }
      return result.asExpected() ? 0 : 1;
    }
  }

  private static void print(Output output, RetrainResult result) {
    output.say("");
    output.say(
        "%d pictures a training, %d of them new the second time; %d of %d kept in between"
            .formatted(
                result.images(),
                result.fresh(),
                result.kept(),
                (long) result.pupils() * result.images()));
    output.say(
        "%-15s %12s %12s %12s %12s %12s"
            .formatted("a training", "downloads", "resizes", "median, s", "least", "most"));
    print(output, "first", result.first());
    print(output, "again", result.again());
    result.complaints().forEach(complaint -> output.say("NOT AS EXPECTED: " + complaint));
  }

  private static void print(Output output, String name, Trainings trainings) {
    output.say(
        String.format(
            Locale.ROOT,
            "%-15s %12.1f %12.1f %12.2f %12.2f %12.2f",
            name,
            trainings.downloads(),
            trainings.resizes(),
            trainings.median(),
            trainings.least(),
            trainings.most()));
  }
}
