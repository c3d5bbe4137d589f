package io.github.satchel.testkit;

import io.github.satchel.contract.Json;
import io.github.satchel.testkit.process.FreePorts;
import io.github.satchel.testkit.process.JavaCommand;
import io.github.satchel.testkit.process.JavaProcess;
import io.github.satchel.testkit.process.ProcessUsage;
import io.github.satchel.trainer.TrainerCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code satchel trainer} in a process of its own, with its default network, for which npm is
 * needed once, and with the memory that the script {@code satchel} gives it.
 */
public final class TrainerProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final String KEY_NAME = "pool-1";
  private static final String KEY = "local-key-of-the-trainer";

  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms32m",
          "-Xmx160m",
          "-XX:MaxDirectMemorySize=64m",
          "-Xss512k",
          "-Djava.awt.headless=true");

  private final Path directory;
  private final int port;
  private JavaProcess process;
  private int starts;

  private TrainerProcess(Path directory, int port) throws IOException, InterruptedException {
    this.directory = directory;
    this.port = port;
    process = launch();
  }

  /**
   * Starts a trainer with one key, {@code pool-1}.
   *
   * @param directory what the trainer keeps is here
   * @param slots how many classifiers the key has room for
   */
  public static TrainerProcess start(Path directory, int slots)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Json.MAPPER.writeValue(
        directory.resolve("keys.json").toFile(),
        Map.of("keys", List.of(Map.of("name", KEY_NAME, "apikey", KEY, "slots", slots))));
    return new TrainerProcess(directory, FreePorts.choose(1).get(0));
  }

  private JavaProcess launch() throws IOException, InterruptedException {
    starts++;
    JavaProcess launched =
        JavaProcess.start(
            new JavaCommand(
                "trainer-" + starts,
                FLAGS,
                System.getProperty("java.class.path"),
                TrainerCommand.class.getName(),
                List.of(
                    "trainer",
                    "--directory",
                    directory.toString(),
                    "--port",
                    Integer.toString(port)),
                Map.of("OPENCV_LOG_LEVEL", "OFF"),
                directory));
    try {
      launched.awaitLine("The trainer listens at " + url(), PATIENCE);
      return launched;
    } catch (IOException | InterruptedException e) {
      launched.close();
      throw e;
    }
  }

  private String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Ends the process as a crash would, and starts it again at the same address. */
  public void crash() throws IOException, InterruptedException {
    process.kill();
    process = launch();
  }

  /** The credentials file of its key. */
  public Path credentials() {
    return directory.resolve("credentials").resolve(KEY_NAME + ".json");
  }

  /** What it uses, as long as it is alive. */
  public Optional<ProcessUsage> usage() {
    return process.usage();
  }

  /** The job's settings with this trainer, as docs/trainer.md has them. */
  public Map<String, String> settings() {
    return Map.of(
        "watson.iam-url",
        url(),
        "credentials.dir",
        directory.resolve("credentials").toString(),
        "credentials.allowed-origins",
        url(),
        "watson.follow-interval",
        "100 ms",
        "watson.follow-max-interval",
        "5 s");
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
