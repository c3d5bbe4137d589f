package io.github.satchel.local.cli;

import io.github.satchel.local.JobSettings;
import io.github.satchel.local.LocalServices;
import io.github.satchel.local.pictures.Latency;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the job talks to, without the job. */
@Command(
    name = "services",
    description = {
      "Starts what the job talks to, without the job: Kafka, an S3 server, a site with pictures and an"
          + " emulator of the training service, all on the loopback interface.",
      "Writes the configuration file with which 'satchel run' finds them. Stays up until Ctrl-C."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ServicesCommand implements Callable<Integer> {

  @Option(
      names = "--directory",
      defaultValue = ".satchel/services",
      description = "Topics and objects are kept here and found again (${DEFAULT-VALUE}).")
  private Path directory;

  @Option(names = "--kafka-port", defaultValue = "9092", description = "(${DEFAULT-VALUE})")
  private int kafkaPort;

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
      description = "The same seed draws the same pictures (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--latency",
      defaultValue = "0",
      description = "Milliseconds until the site with pictures answers (${DEFAULT-VALUE}).")
  private long latency;

  @Option(
      names = "--keys",
      defaultValue = "3",
      description = "Keys of the trainer: pool-1, pool-2 and so on (${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--slots",
      defaultValue = "1000",
      description = "Classifiers that each key has room for (${DEFAULT-VALUE}).")
  private int slots;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    try (LocalServices services =
        LocalServices.builder(directory)
            .ports(kafkaPort, s3Port, picturesPort, watsonPort)
            .seed(seed)
            .latency(new Latency(Duration.ofMillis(latency), Duration.ZERO))
            .watsonKeys(keys, slots)
            .start()) {
      Path configuration = directory.resolve("satchel.yaml");
      JobSettings.write(JobSettings.of(services.endpoints()), configuration);
      PrintWriter out = spec.commandLine().getOut();
      services.addresses().forEach((name, address) -> out.printf("%-14s %s%n", name, address));
      out.printf(
          "%nThe job against them: ./satchel run --config %s%nCtrl-C ends them.%n", configuration);
      out.flush();
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
