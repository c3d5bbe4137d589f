package io.github.satchel.bench.burst;

import io.github.satchel.bench.trainer.TrainerBenchCommand;
import io.github.satchel.cli.Satchel;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Measures the job as it runs in production. */
@Command(
    name = "bench",
    description =
        "Measures the job: on a Flink cluster of one job manager and one task manager with"
            + " production's configuration and memory, with each service in a process of its own.",
    subcommands = {
      BurstCommand.class,
      IdleCommand.class,
      SoakCommand.class,
      RetrainCommand.class,
      ReadyCommand.class,
      TrainerBenchCommand.class
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Bench {

  private Bench() {}

  public static void main(String[] args) {
    Satchel.start(commandLine(), args);
  }

  /** The command {@code bench} with its subcommands. */
  public static CommandLine commandLine() {
    return Satchel.commandLine(List.of(new Bench()), List.of(InvalidConfigurationException.class));
  }
}
