package io.github.satchel.standalone;

import io.github.satchel.job.SatchelConfiguration;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Option;

/** The options of commands that run the job in this process. */
public final class EmbeddedOptions {

  @Option(
      names = "--ui-port",
      defaultValue = "8081",
      description = "Port of Flink's dashboard, 0 for any free one (${DEFAULT-VALUE}).")
  private int uiPort;

  @Option(
      names = "--directory",
      defaultValue = ".satchel",
      description = "Directory for all files (${DEFAULT-VALUE}).")
  private Path directory;

  /** A directory of that name with nothing in it. */
  public Path freshDirectory(String name) throws IOException {
    Path fresh = directory(name);
    FileUtils.deleteDirectory(fresh.toFile());
    return Files.createDirectories(fresh);
  }

  /** A directory of that name, whatever is in it. */
  public Path directory(String name) {
    return directory.toAbsolutePath().resolve(name);
  }

  /**
   * Flink's settings for a run below a directory.
   *
   * @param work keeps checkpoints, unless the configuration names a place, and what is temporary
   */
  public Configuration flinkSettings(Path work, SatchelConfiguration configuration)
      throws IOException {
    Configuration settings = new Configuration();
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, work.resolve("checkpoints").toUri().toString());
    settings.set(RestOptions.PORT, uiPort);
    settings.set(RestOptions.BIND_PORT, String.valueOf(uiPort));
    Path temporary = work.resolve("tmp");
    FileUtils.deleteDirectory(temporary.toFile()); // left by a killed run
    settings.set(CoreOptions.TMP_DIRS, Files.createDirectories(temporary).toString());
    settings.addAll(configuration.flink());
    return EmbeddedFlink.settings(settings);
  }

  /**
   * Starts Flink.
   *
   * @param settings what {@link #flinkSettings} gave
   */
  public EmbeddedFlink flink(Configuration settings) throws IOException {
    try {
      return EmbeddedFlink.start(settings, S3Plugin.directory());
    } catch (IOException e) {
      if (ExceptionUtils.findThrowable(e, BindException.class).isEmpty()) {
        throw e;
      }
      throw new IOException(
          "Port "
              + uiPort
              + " is in use; choose another port for the dashboard with --ui-port, or 0 for any free one",
          e);
    }
  }
}
