package io.github.satchel.testkit.demo;

import io.github.satchel.contract.Event;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import io.github.satchel.testkit.report.Percentiles;
import io.github.satchel.testkit.report.RequestLog;
import io.github.satchel.testkit.report.TrainingSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Presses Train for a class, for a job that runs elsewhere. */
@Command(
    name = "press",
    description = {
      "Presses Train for a class of pupils whose job and services run elsewhere: 'satchel run'"
          + " against 'satchel services', or docker/compose.yaml.",
      "Ends with status 0 only if every request ended once and as expected."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PressCommand implements Callable<Integer> {

  @Option(
      names = "--kafka",
      defaultValue = "127.0.0.1:9092",
      description = "Brokers, host:port, separated by commas (${DEFAULT-VALUE}).")
  private String kafka;

  @Option(
      names = "--pictures",
      defaultValue = "http://127.0.0.1:9080",
      description = "The site with pictures of 'satchel services' (${DEFAULT-VALUE}).")
  private String pictures;

  @Option(names = "--students", defaultValue = "30", description = "Pupils (${DEFAULT-VALUE}).")
  private int students;

  @Mixin private TrainingSize size;

  @Option(
      names = "--over",
      defaultValue = "0",
      description = "Seconds over which they press, one after another (${DEFAULT-VALUE}).")
  private int over;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    String run = "press-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    List<Load> loads =
        new LoadFactory(n -> pictures + "/pictures/" + n + ".jpg", 0)
            .pupils(run, students, size.labels(), size.images());
    Duration patience = Duration.ofMinutes(5).plusMillis(100L * students * size.pictures());
    List<RequestLog.Entry> entries =
        RequestLog.serve(kafka, loads, Duration.ofSeconds(over), patience).entries();
    Map<String, Long> outcomes =
        entries.stream()
            .collect(
                Collectors.groupingBy(PressCommand::ending, TreeMap::new, Collectors.counting()));
    PrintWriter out = spec.commandLine().getOut();
    out.println(students + " requests: " + outcomes);
    List<Duration> times =
        entries.stream().map(RequestLog.Entry::time).filter(Objects::nonNull).toList();
    if (!times.isEmpty()) {
      var percentiles = new Percentiles(times);
      Function<Integer, Double> seconds = percent -> percentiles.at(percent).toMillis() / 1e3;
      out.printf(
          "request to outcome: p50 %.1f s, p95 %.1f s, max %.1f s%n",
          seconds.apply(50), seconds.apply(95), seconds.apply(100));
    }
    out.flush();
    return outcomes.equals(Map.of(ending(Event.Type.UPLOADED), (long) students)) ? 0 : 1;
  }

  private static String ending(RequestLog.Entry entry) {
    return switch (entry.outcomes().size()) {
      case 0 -> "none";
      case 1 -> ending(entry.outcomes().get(0));
      default -> "several";
    };
  }

  private static String ending(Event outcome) {
    String type = ending(outcome.type());
    return outcome.error() == null ? type : type + " " + outcome.error().code();
  }

  private static String ending(Event.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
