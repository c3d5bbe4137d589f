package io.github.satchel.testkit.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.client.RequestProducer;
import io.github.satchel.client.Result;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.Topics;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.standalone.EmbeddedFlink;
import io.github.satchel.standalone.EmbeddedOptions;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.demo.Lesson.Line;
import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.pictures.SeedOption;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.ContactSheet;
import io.github.satchel.testkit.report.Part;
import io.github.satchel.testkit.report.ReportPage;
import io.github.satchel.testkit.report.RequestLog;
import io.github.satchel.testkit.report.TrainingSize;
import io.github.satchel.testkit.report.Watch;
import io.github.satchel.testkit.report.Watch.Watched;
import io.github.satchel.trainer.embedding.DefaultNetwork;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MetricOptions;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs everything in one process, and a class that presses Train. */
@Command(
    name = "demo",
    description = {
      "Starts the job with all it needs in one process - Kafka, an S3 server, a site with pictures, a"
          + " trainer, Flink with its dashboard - and presses Train for a class of pupils. Each pupil's"
          + " classifier is then asked about pictures that it has never seen.",
      "The trainer's network comes with npm on first use (33 MB). Without it an emulator of the"
          + " training service takes the trainer's place, and nothing is learnt.",
      "Ends with status 0 only if every request ended as expected."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {

  private static final String PROCESS = "everything";

  @Option(names = "--students", defaultValue = "30", description = "Pupils (${DEFAULT-VALUE}).")
  private int students;

  @Mixin private TrainingSize size;

  @Option(
      names = "--faults",
      defaultValue = "0",
      description = "Share of broken pictures, 0 to 1 (${DEFAULT-VALUE}).")
  private double faults;

  @Option(
      names = {"--on-image-failure", "--onImageFailure"},
      defaultValue = "fail",
      description =
          "What to do with a request that has a broken picture: fail or skip (${DEFAULT-VALUE}).")
  private String onImageFailure;

  @Mixin private SeedOption seedOption;

  @Option(
      names = "--once",
      description = "Stop when the class is finished, instead of waiting for Ctrl-C.")
  private boolean once;

  @Option(
      names = "--json",
      description = "Print one JSON object a line: every event, and a summary at the end.")
  private boolean json;

  @Option(
      names = "--report",
      description =
          "Write an HTML page with each pupil's time, memory, busy time and so on, and the packed"
              + " pictures.",
      paramLabel = "FILE.html")
  private @Nullable Path report;

  @Mixin private EmbeddedOptions embedded;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InvalidConfigurationException, InterruptedException {
    check(students >= 1, "--students must be at least 1");
    try {
      size.check();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    check(faults >= 0 && faults <= 1, "--faults must be 0 to 1");
    check(
        onImageFailure.equals("fail") || onImageFailure.equals("skip"),
        "--on-image-failure must be fail or skip");
    Path directory = embedded.freshDirectory("demo");
    say("Starting Kafka, an S3 server, a picture site and a training service ...");
    try (LocalServices services =
            LocalServices.builder(directory)
                .seed(seedOption.seed())
                .watsonKeys(1, students)
                .start();
        @Nullable DemoTrainer trainer = trainer(services, directory)) {
      Map<String, String> settings = JobSettings.of(services.endpoints());
      if (trainer != null) {
        trainer.addTo(settings);
      }
      settings.put("archives.keep", "true"); // to be looked at
      SatchelConfiguration configuration = SatchelConfiguration.of(settings);
      say("Starting Flink and the job ...");
      Configuration flinkSettings =
          embedded.flinkSettings(directory.resolve("flink"), configuration);
      if (report != null) {
        flinkSettings.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Watch.metricsInterval());
      }
      try (EmbeddedFlink flink = embedded.flink(flinkSettings)) {
        flink.submit(configuration.options(), null);
        say("Dashboard: " + flink.dashboard());
        flink.awaitServing();
        int status = lesson(services, trainer, new FlinkRest(flink.dashboard()));
        if (!once) {
          say("");
          services.addresses().forEach((name, address) -> say(name + ": " + address));
          if (trainer != null) {
            say("The teacher's page: " + trainer.address());
          }
          say("Dashboard: " + flink.dashboard());
          say("Press Ctrl-C to stop.");
          new CountDownLatch(1).await();
        }
        return status;
      }
    }
  }

  private @Nullable DemoTrainer trainer(LocalServices services, Path directory) {
    Path cache = DefaultNetwork.cacheDirectory(System.getenv());
    if (!DefaultNetwork.isCached(cache)) {
      say("Fetching the trainer's network with npm, 33 MB, once ...");
    }
    try {
      return DemoTrainer.start(services, directory.resolve("trainer"), students);
    } catch (IOException e) {
      say(e.getMessage() + ". An emulator takes the trainer's place, and nothing is learnt.");
      return null;
    }
  }

  private int lesson(LocalServices services, @Nullable DemoTrainer trainer, FlinkRest flink)
      throws IOException, InterruptedException {
    String run = "demo-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    List<Pupil> pupils =
        new SchoolClass(services, new Random(seedOption.seed()), run, faults, onImageFailure)
            .pupils(students, size.labels(), size.images());
    Lesson lesson = new Lesson(pupils);
    RequestLog log = new RequestLog(pupils.stream().map(Pupil::load).toList());
    try (@Nullable Watch watch = report == null ? null : watch(flink);
        TopicFollower results =
            new TopicFollower(
                services.kafka().bootstrapServers(),
                Topics.RESULTS,
                message -> {
                  Result result = Result.of(message);
                  lesson.add(result);
                  log.read(result);
                  if (json) {
                    print(result.json().toString());
                  }
                });
        ProgressDisplay display =
            json
                ? ProgressDisplay.none(pupils, lesson)
                : ProgressDisplay.of(pupils, lesson, this::say)) {
      results.start();
      say(
          students
              + " pupils press Train: "
              + size.labels()
              + " labels, "
              + size.images()
              + " pictures each");
      send(services, pupils, lesson, log);
      display.follow(patience());
      if (trainer != null && !lesson.awaitTrained(patience())) {
        say("Some classifiers are not ready yet");
      }
      if (report != null && watch != null) {
        Burst burst =
            watch.end(
                log,
                flink.checkpoints(),
                List.of(Path.of(System.getProperty("log.file"))),
                services.watson().classifiers().size());
        ReportPage.write(
            report, burst, ContactSheet.read(services.archivesDirectory(), log.entries()));
        say("Report: " + report);
      }
    }
    Map<String, Double> accuracies =
        trainer == null ? null : exams(services, trainer, pupils, lesson);
    Summary summary =
        Summary.of(
            lesson.lines(),
            trainer == null ? services.watson().classifiers().size() : trainer.classifiers(),
            lesson.duration(),
            services.archivesDirectory().toString(),
            accuracies);
    report(lesson, summary, accuracies);
    return summary.asExpected() ? 0 : 1;
  }

  private Map<String, Double> exams(
      LocalServices services, DemoTrainer trainer, List<Pupil> pupils, Lesson lesson)
      throws IOException, InterruptedException {
    Map<String, Double> accuracies = new LinkedHashMap<>();
    say("Asking each pupil's classifier about pictures that it has never seen ...");
    for (Pupil pupil : pupils) {
      String classifier = lesson.ready(pupil);
      if (classifier != null) {
        accuracies.put(pupil.name(), trainer.exam(services, pupil, classifier));
      }
    }
    return accuracies;
  }

  private static Watch watch(FlinkRest flink) {
    return Watch.begin(
        List.of(new Watched(PROCESS, ProcessHandle.current().pid(), Part.SERVING)), flink);
  }

  private static void send(
      LocalServices services, List<Pupil> pupils, Lesson lesson, RequestLog log)
      throws IOException, InterruptedException {
    try (var producer = new RequestProducer(services.kafka().bootstrapServers())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (Pupil pupil : pupils) {
        lesson.sent(pupil);
        log.written(pupil.load());
        sent.add(producer.send(pupil.request()));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("A request could not be written: " + e.getCause(), e);
    }
  }

  /** Bounded by what the slowest bad picture may take and by pictures at a crawl. */
  private Duration patience() {
    return Duration.ofMinutes(5).plusMillis(100L * students * size.pictures());
  }

  private void report(Lesson lesson, Summary summary, @Nullable Map<String, Double> accuracies) {
    if (json) {
      print(write(summary));
      return;
    }
    say("");
    say(
        "%-12s %-9s %7s %7s %7s %8s"
            .formatted("pupil", "outcome", "images", "failed", "seconds", "accuracy"));
    for (Line line : lesson.lines()) {
      Event outcome = line.outcome();
      say(
          "%-12s %-9s %7d %7d %7.2f %8s %s"
              .formatted(
                  line.pupil().name(),
                  Summary.ending(line),
                  line.pupil().images(),
                  outcome == null ? 0 : outcome.images().failed(),
                  Summary.seconds(line.time()),
                  accuracy(line.pupil(), accuracies),
                  outcome == null ? "" : reasons(outcome)));
    }
    say("");
    say(
        "%d requests %s, %d classifiers at the trainer"
            .formatted(summary.requests(), summary.outcomes(), summary.classifiers()));
    say(
        "request to outcome: p50 %.2f s, p95 %.2f s, max %.2f s; %d images in %.2f s, %.1f a second"
            .formatted(
                summary.p50(),
                summary.p95(),
                summary.max(),
                summary.images(),
                summary.seconds(),
                summary.imagesPerSecond()));
    if (summary.accuracy() != null) {
      say("accuracy on pictures never seen: %.1f %%".formatted(100 * summary.accuracy()));
    }
    say("archives: " + summary.archives());
    summary.complaints().forEach(complaint -> say("NOT AS EXPECTED: " + complaint));
  }

  private static String accuracy(Pupil pupil, @Nullable Map<String, Double> accuracies) {
    Double accuracy = accuracies == null ? null : accuracies.get(pupil.name());
    return accuracy == null ? "-" : Math.round(100 * accuracy) + " %";
  }

  private static String reasons(Event outcome) {
    return outcome.failures().stream()
        .map(Failure::code)
        .collect(Collectors.groupingBy(code -> code.wire(), Collectors.counting()))
        .entrySet()
        .stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String write(Summary summary) {
    try {
      return Json.MAPPER.writeValueAsString(summary);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void check(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  /** For people; with {@code --json} not on standard output. */
  private void say(String line) {
    PrintWriter out = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
