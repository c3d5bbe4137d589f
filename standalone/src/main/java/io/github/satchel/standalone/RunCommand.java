package io.github.satchel.standalone;

import io.github.satchel.cli.KafkaAccess;
import io.github.satchel.cli.Satchel;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.job.SatchelOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.clusterframework.ApplicationStatus;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the job on one machine, in production. */
@Command(
    name = "run",
    description = {
      "Runs the job on an embedded Flink, against the Kafka, the store and the training service that the"
          + " configuration file names. This is production for a small site on one machine.",
      "Ctrl-C stops it after a last checkpoint. The next start continues from the last checkpoint, also"
          + " after a crash. Settings: docs/configuration.md."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RunCommand implements Callable<Integer> {

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  /** What is asked for if it is missing, by key. */
  private static final Map<String, String> QUESTIONS =
      Map.of(
          SatchelOptions.SITE_NAME.key(),
          "What is your site called? Pupils read it when a web site does not let you use a picture.",
          SatchelOptions.SITE_CONTACT.key(),
          "Where can the owner of such a web site reach you? A web page or an e-mail address; every"
              + " download tells it.");

  /** Zero once nothing runs any more; until then the shutdown hook keeps the process alive. */
  private final CountDownLatch ended = new CountDownLatch(1);

  @Option(
      names = "--config",
      required = true,
      description = "The configuration file, YAML.",
      paramLabel = "FILE")
  private Path config;

  @Option(
      names = "-D",
      description = "Overrides a key of the file; may be repeated.",
      paramLabel = "KEY=VALUE")
  private Map<String, String> overrides = Map.of();

  @Mixin private EmbeddedOptions embedded;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InvalidConfigurationException, InterruptedException {
    SatchelConfiguration configuration = load();
    requireTopics(configuration.options());
    Path work = Files.createDirectories(embedded.directory("run"));
    try (FileChannel channel =
            FileChannel.open(
                work.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new IOException(
            "Another satchel is running in " + work + "; choose another place with --directory");
      }
      Configuration settings = embedded.flinkSettings(work, configuration);
      try (EmbeddedFlink flink = embedded.flink(settings)) {
        IdleMemory.watch();
        return serve(flink, configuration, checkpoint(settings));
      }
    } finally {
      ended.countDown();
    }
  }

  /** Reads the settings. Those in {@link #QUESTIONS} are asked for if they are missing. */
  private SatchelConfiguration load() throws IOException, InvalidConfigurationException {
    try {
      return SatchelConfiguration.load(config, overrides);
    } catch (InvalidConfigurationException e) {
      if (!Satchel.hasTerminal()
          || e.missing().isEmpty()
          || !QUESTIONS.keySet().containsAll(e.missing())) {
        throw e;
      }
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
      StringBuilder answers = new StringBuilder("\n");
      for (String key : e.missing()) {
        answers.append(key).append(": ").append(Json.MAPPER.writeValueAsString(ask(key, in)));
        answers.append('\n');
      }
      Files.writeString(config, answers, StandardOpenOption.APPEND);
      say("Written to " + config + ", where you can change it.");
      return SatchelConfiguration.load(config, overrides);
    }
  }

  private String ask(String key, BufferedReader in) throws IOException {
    say(Objects.requireNonNull(QUESTIONS.get(key)));
    String answer = in.readLine();
    if (answer == null || answer.isBlank()) {
      throw new IOException(
          "The job does not start without " + key + ", see docs/configuration.md");
    }
    return answer.strip();
  }

  /** Reports missing topics before the start; the job would restart forever. */
  private static void requireTopics(Configuration options)
      throws IOException, InterruptedException {
    kafka(options)
        .require(
            options.get(SatchelOptions.KAFKA_REQUESTS_TOPIC),
            options.get(SatchelOptions.KAFKA_RESULTS_TOPIC),
            options.get(SatchelOptions.KAFKA_DEAD_LETTERS_TOPIC));
  }

  private static KafkaAccess kafka(Configuration options) {
    Map<String, String> properties = new HashMap<>(options.get(SatchelOptions.KAFKA_PROPERTIES));
    properties.put(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        options.get(SatchelOptions.KAFKA_BOOTSTRAP_SERVERS));
    return KafkaAccess.of(
        properties,
        SatchelOptions.KAFKA_BOOTSTRAP_SERVERS.key(),
        SatchelOptions.KAFKA_PROPERTIES.key());
  }

  private static Optional<String> checkpoint(Configuration settings) throws IOException {
    return Checkpoints.latest(
        new org.apache.flink.core.fs.Path(
            settings.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)));
  }

  private int serve(
      EmbeddedFlink flink, SatchelConfiguration configuration, Optional<String> checkpoint)
      throws IOException, InterruptedException {
    say(
        checkpoint
            .map(path -> "Continuing from " + path)
            .orElse("Starting with empty state: no checkpoint yet"));
    flink.submit(configuration.options(), checkpoint.orElse(null));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(flink), "satchel-stop"));
    say("Dashboard: " + flink.dashboard());
    ApplicationStatus status = flink.awaitEnd();
    say("The job ended: " + status);
    return status == ApplicationStatus.CANCELED ? 0 : 1;
  }

  private void stop(EmbeddedFlink flink) {
    if (ended.getCount() == 0) {
      return;
    }
    say("Stopping after a last checkpoint ...");
    try {
      flink.checkpoint();
    } catch (IOException e) {
      say(
          "The last checkpoint failed; the next start continues from the previous one: "
              + e.getMessage());
    }
    try {
      flink.cancel();
      if (!ended.await(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        say("Flink takes too long to stop; exiting anyway");
      }
    } catch (IOException e) {
      say("The job does not stop: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
