package io.github.satchel.testkit.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A Java process that this one started and that does not outlive it: when this one ends, be it by
 * SIGKILL, so does the other ({@link Tether}), unless it is stopped at that moment (SIGSTOP).
 */
public final class JavaProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int TAIL_LINES = 20;

  private final String name;
  private final Process process;
  private final Path output;

  private JavaProcess(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
  }

  /** Starts a process; its standard output and error go to a file that is begun anew. */
  public static JavaProcess start(JavaCommand command) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(command.flags());
    line.add("-cp");
    line.add(command.classPath() + File.pathSeparator + ownClasses());
    line.add(Tether.class.getName());
    line.add(command.main());
    line.addAll(command.arguments());
    return start(
        command.name(), line, command.environment(), command.directory(), variable -> true);
  }

  /**
   * Starts another process than one of Java, in the same way. It has to end with its standard
   * input. It does not get what the script {@code satchel} tells the C library for our own.
   *
   * @param line the command line
   */
  public static JavaProcess startOther(
      String name, List<String> line, Map<String, String> environment, Path directory)
      throws IOException {
    return start(name, line, environment, directory, variable -> !variable.startsWith("MALLOC_"));
  }

  private static JavaProcess start(
      String name,
      List<String> line,
      Map<String, String> environment,
      Path directory,
      Predicate<String> inherited)
      throws IOException {
    Path output = directory.resolve(name + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectInput(Redirect.PIPE)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(inherited.negate());
    builder.environment().putAll(environment);
    return new JavaProcess(name, builder.start(), output);
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it uses now, as long as it is alive. */
  public Optional<ProcessUsage> usage() {
    return ProcessUsage.of(pid());
  }

  /**
   * Waits until the process writes a line.
   *
   * @throws IOException with the end of its output, if it ends before or takes too long
   */
  public void awaitLine(String line, Duration patience) throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!lines().contains(line)) {
      if (!isAlive() || System.nanoTime() > end) {
        throw new IOException(
            "%s %s; the end of %s:%n%s"
                .formatted(
                    name,
                    isAlive() ? "is not ready after " + patience.toSeconds() + " s" : "has ended",
                    output,
                    tail()));
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  /** The last lines of its output. */
  public String tail() throws IOException {
    List<String> lines = lines();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  /** Ends the process as a crash would, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks the process to end (SIGTERM), without waiting. */
  public void terminate() {
    process.destroy();
  }

  /** Has the process end, by force if it takes too long. */
  @Override
  public void close() throws IOException {
    terminate();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    process.getOutputStream().close();
  }

  private List<String> lines() throws IOException {
    return new String(Files.readAllBytes(output), UTF_8).lines().toList();
  }

  private static String ownClasses() {
    return new File(Tether.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .getPath();
  }
}
