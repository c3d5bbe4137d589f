package io.github.satchel.bench.burst;

import io.github.satchel.cli.Satchel;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import java.util.List;
import picocli.CommandLine;

/** Starts {@code satchel bench}. */
public final class Bench {

  private Bench() {}

  public static void main(String[] args) {
    Satchel.start(commandLine(), args);
  }

  /** The command {@code bench} with its subcommands. */
  public static CommandLine commandLine() {
    return Satchel.commandLine(
        List.of(new BenchCommand()), List.of(InvalidConfigurationException.class));
  }
}
