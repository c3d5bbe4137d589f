package io.github.satchel.local.cli;

import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Starts the command line. */
@Command(
    name = "satchel",
    description = "Packs pictures for training services: an Apache Flink streaming job.",
    subcommands = {
      DemoCommand.class,
      ServicesCommand.class,
      RunCommand.class,
      SubmitCommand.class,
      WatchCommand.class,
      ValidateCommand.class,
      ReplayCommand.class,
      KeysCommand.class,
      PressCommand.class,
      BenchCommand.class
    },
    mixinStandardHelpOptions = true,
    version = "satchel 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND")
public final class Satchel {

  private Satchel() {}

  public static void main(String[] args) {
    // SLF4J replays, with a warning each, what several threads log while it starts.
    // Options may hold a password (-D), so they are not said.
    LoggerFactory.getLogger(Satchel.class).info("satchel {}", args.length == 0 ? "" : args[0]);
    System.exit(commandLine().execute(args));
  }

  /**
   * The command line; what an operator or a script can do wrong is one sentence, never a stack
   * trace.
   */
  static CommandLine commandLine() {
    return new CommandLine(new Satchel())
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> {
              if (exception instanceof InvalidConfigurationException
                  || exception instanceof IOException) {
                PrintWriter err = command.getErr();
                err.println(exception.getMessage());
                return command.getCommandSpec().exitCodeOnExecutionException();
              }
              throw exception;
            });
  }
}
