package io.github.satchel.testkit.demo;

import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.pictures.Latency;
import io.github.satchel.testkit.watson.FaultRates;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the job talks to, without the job. */
@Command(
    name = "services",
    description = {
      "Starts what the job talks to, without the job: Kafka, an S3 server, a site with pictures and an"
          + " emulator of the training service, all on the loopback interface.",
      "Writes a configuration file for 'satchel run'. Runs until Ctrl-C.",
      "What the trainer does on --trainer- options is in docs/emulator.md; shares are from 0 to 1,"
          + " times are such as 500ms, 30s or 15min."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ServicesCommand implements Callable<Integer> {

  @Option(
      names = "--directory",
      defaultValue = ".satchel/services",
      description = "Topics and objects are stored here and reused (${DEFAULT-VALUE}).")
  private Path directory;

  @Option(names = "--kafka-port", defaultValue = "9092", description = "(${DEFAULT-VALUE})")
  private int kafkaPort;

  @Option(
      names = "--kafka-tls-port",
      paramLabel = "PORT",
      description =
          "A second Kafka port with TLS and a password. The job's configuration uses it; the printed"
              + " file works with --config of submit, watch and replay.")
  private @Nullable Integer kafkaTlsPort;

  @Option(names = "--s3-port", defaultValue = "9000", description = "(${DEFAULT-VALUE})")
  private int s3Port;

  @Option(names = "--pictures-port", defaultValue = "9080", description = "(${DEFAULT-VALUE})")
  private int picturesPort;

  @Option(
      names = "--watson-port",
      defaultValue = "9081",
      description = "(${DEFAULT-VALUE}); 0 is any free one, for each of the ports.")
  private int watsonPort;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "The same seed draws the same pictures and the same faults (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--latency",
      defaultValue = "0",
      description = "Response time of the picture site in milliseconds (${DEFAULT-VALUE}).")
  private long latency;

  @Mixin private TrainerOptions trainer;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    FaultRates faults = trainer.faults(seed, spec.commandLine());
    Files.createDirectories(directory);
    LocalServices.Builder builder = LocalServices.builder(directory);
    if (kafkaTlsPort != null) {
      builder.secureKafka(kafkaTlsPort);
    }
    try (LocalServices services =
        builder
            .ports(kafkaPort, s3Port, picturesPort, watsonPort)
            .seed(seed)
            .latency(new Latency(Duration.ofMillis(latency), Duration.ZERO))
            .watsonKeys(trainer.keys(), trainer.slots())
            .watson(watson -> trainer.apply(watson.faultRates(faults)))
            .start()) {
      Path configuration = directory.resolve("satchel.yaml");
      Map<String, String> settings = JobSettings.of(services.endpoints());
      services.kafka().secure().ifPresent(secure -> settings.putAll(secure.jobSettings()));
      JobSettings.write(settings, configuration);
      PrintWriter out = spec.commandLine().getOut();
      services.addresses().forEach((name, address) -> out.printf("%-14s %s%n", name, address));
      out.printf(
          "%nRun the job with them: ./satchel run --config %s%nPress Ctrl-C to stop them.%n",
          configuration);
      out.flush();
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
