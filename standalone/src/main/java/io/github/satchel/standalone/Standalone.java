package io.github.satchel.standalone;

import io.github.satchel.cli.Satchel;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import java.util.List;
import picocli.CommandLine;

/** Starts {@code satchel run}. */
public final class Standalone {

  private Standalone() {}

  public static void main(String[] args) {
    Satchel.start(commandLine(), args);
  }

  /** The command that runs the job. */
  public static CommandLine commandLine() {
    return Satchel.commandLine(
        List.of(new RunCommand()), List.of(InvalidConfigurationException.class));
  }
}
