package io.github.satchel.testkit.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.standalone.Checkpoints;
import io.github.satchel.standalone.S3Plugin;
import io.github.satchel.standalone.Standalone;
import io.github.satchel.testing.Patience;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** {@code satchel run} in a process of its own. */
final class JobProcess implements AutoCloseable {

  private final Process process;
  private final Path directory;
  private final Path output;

  private JobProcess(Process process, Path directory, Path output) {
    this.process = process;
    this.directory = directory;
    this.output = output;
  }

  /**
   * Starts the command in a JVM like this one.
   *
   * @param configuration the job's configuration file
   * @param directory the command's {@code --directory}; a job goes on where the last one in it was
   * @param name of the file in the directory for what the process says, without its {@code .log}
   * @param jvmArguments further ones
   */
  static JobProcess start(Path configuration, Path directory, String name, String... jvmArguments)
      throws IOException {
    return start(configuration, directory, name, Map.of(), jvmArguments);
  }

  /**
   * Starts the command with some settings on its command line.
   *
   * @param overrides {@code -D}
   */
  static JobProcess start(
      Path configuration,
      Path directory,
      String name,
      Map<String, String> overrides,
      String... jvmArguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of(jvmArguments));
    command.addAll(
        List.of(
            "-Xmx1g",
            "-Dsatchel.plugins=" + S3Plugin.directory().toAbsolutePath(),
            "-cp",
            System.getProperty("java.class.path"),
            Standalone.class.getName(),
            "run",
            "--config",
            configuration.toString(),
            "--directory",
            directory.toString(),
            "--ui-port",
            "0"));
    overrides.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    Path output = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new JobProcess(process, directory, output);
  }

  /** The newest checkpoint of all jobs in the directory. */
  Optional<String> latestCheckpoint() throws IOException {
    return Checkpoints.latest(
        new org.apache.flink.core.fs.Path(directory.resolve("run/checkpoints").toUri()));
  }

  /** What the process said so far. */
  String output() throws IOException {
    return Files.readString(output);
  }

  /** Where Flink's dashboard is; waits for it. */
  URI dashboard() {
    Pattern said = Pattern.compile("Dashboard: (\\S+)");
    return await("dashboard")
        .until(() -> said.matcher(output()).results().findFirst(), Optional::isPresent)
        .map(match -> URI.create(match.group(1)))
        .orElseThrow();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM: it ends after a last checkpoint. */
  void stop() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  /** SIGKILL: nothing is tidied up. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      assertThat(process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
