package io.github.satchel.bench.world;

import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.standalone.S3Plugin;
import io.github.satchel.standalone.Standalone;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.process.FreePorts;
import io.github.satchel.testkit.process.JavaCommand;
import io.github.satchel.testkit.process.JavaProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.util.IOUtils;

/** The job in one process, as {@code satchel run} has it. */
final class StandaloneDeployment implements Deployment {

  private static final String NAME = "run";
  private static final Duration START_PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(200);

  private final JavaProcess process;
  private final FlinkRest rest;
  private final Path log;

  private StandaloneDeployment(JavaProcess process, FlinkRest rest, Path log) {
    this.process = process;
    this.rest = rest;
    this.log = log;
  }

  /**
   * Starts it, and waits until it serves.
   *
   * @param settings of the job
   */
  static StandaloneDeployment start(
      Path directory, Map<String, String> settings, Map<String, String> environment)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Map<String, String> all = new TreeMap<>(settings);
    ClusterDeployment.seenFromOutside()
        .toMap()
        .forEach((key, value) -> all.put(SatchelConfiguration.FLINK_PREFIX + key, value));
    Path configuration = directory.resolve("satchel.yaml");
    JobSettings.write(all, configuration);
    int port = FreePorts.choose(1).get(0);
    Path log = directory.resolve(NAME + ".log");
    // The script starts this process as it starts satchel run: with the same flags.
    List<String> flags = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
    flags.add("-Dlog.file=" + log);
    flags.add("-Dsatchel.plugins=" + S3Plugin.directory().toAbsolutePath());
    JavaProcess process =
        JavaProcess.start(
            new JavaCommand(
                NAME,
                flags,
                System.getProperty("java.class.path"),
                Standalone.class.getName(),
                List.of(
                    "run",
                    "--config=" + configuration,
                    "--directory=" + directory,
                    "--ui-port=" + port),
                environment,
                directory));
    var started =
        new StandaloneDeployment(
            process, new FlinkRest(URI.create("http://127.0.0.1:" + port)), log);
    try {
      started.awaitServing();
      return started;
    } catch (IOException | InterruptedException | RuntimeException e) {
      IOUtils.closeQuietly(started);
      throw e;
    }
  }

  private void awaitServing() throws IOException, InterruptedException {
    long end = System.nanoTime() + START_PATIENCE.toNanos();
    while (!isServing()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException(
            "satchel run does not serve; its log is %s:%n%s".formatted(log, process.tail()));
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private boolean isServing() {
    try {
      return rest.isServing();
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public FlinkRest rest() {
    return rest;
  }

  @Override
  public List<JavaProcess> processes() {
    return List.of(process);
  }

  @Override
  public List<Path> logs() {
    return List.of(log);
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
