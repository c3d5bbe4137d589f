package io.github.satchel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The command line. Commands come in groups, each started with the class path that it needs: those
 * of this module need Kafka alone.
 */
@Command(
    name = "satchel",
    description = "Packs pictures for training services: an Apache Flink streaming job.",
    footer = {
      "",
      "Further commands, which take longer to start:",
      "  run        Runs the job on this machine.",
      "  demo       Starts the job with all it needs, and presses Train for a class.",
      "  services   Starts stand-ins for all that the job talks to.",
      "  pictures   Starts the site with pictures among these alone.",
      "  press      Presses Train for a class, for a job that runs elsewhere.",
      "  trainer    Trains image classifiers on this machine.",
      "  bench      Measures the job and the trainer.",
      "",
      "satchel help COMMAND says more of each. Tab completes what is here: source <(satchel completion)"
    },
    mixinStandardHelpOptions = true,
    versionProvider = Satchel.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Satchel {

  /** Set by the script {@code satchel} if standard output is a terminal. */
  private static final String TERMINAL = "satchel.terminal";

  private Satchel() {}

  /** Whether there is a terminal to draw on. */
  public static boolean hasTerminal() {
    return Boolean.getBoolean(TERMINAL);
  }

  /** The version that the build wrote down. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
      Properties properties = new Properties();
      try (InputStream in = Satchel.class.getResourceAsStream("version.properties")) {
        if (in == null) {
          throw new IllegalStateException("version.properties is not on the class path");
        }
        properties.load(in);
      }
      return new String[] {"satchel " + properties.getProperty("version")};
    }
  }

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The commands that need nothing but Kafka. */
  public static CommandLine commandLine() {
    CommandLine satchel =
        commandLine(
            List.of(
                new ValidateCommand(),
                new SubmitCommand(),
                new CancelCommand(),
                new ForgetCommand(),
                new WatchCommand(),
                new ReplayCommand(),
                new KeysCommand(),
                new ClassifyCommand()),
            List.of());
    satchel.addSubcommand("completion", new AutoComplete.GenerateCompletion());
    return satchel;
  }

  /**
   * A command line of these commands; what an operator or a script can do wrong is one sentence,
   * never a stack trace.
   *
   * @param expected exceptions with such a sentence, beside {@link IOException}
   */
  public static CommandLine commandLine(
      List<?> commands, List<Class<? extends Exception>> expected) {
    CommandLine satchel = new CommandLine(new Satchel());
    commands.forEach(satchel::addSubcommand);
    return satchel.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          if (Stream.concat(Stream.of(IOException.class), expected.stream())
              .anyMatch(each -> each.isInstance(exception))) {
            command.getErr().println(exception.getMessage());
            return command.getCommandSpec().exitCodeOnExecutionException();
          }
          throw exception;
        });
  }

  /** Runs a command line as a process of its own, and ends it. */
  public static void start(CommandLine satchel, String... args) {
    // SLF4J replays, with a warning each, what several threads log while it starts.
    // Options may hold a password (-D), so they are not logged.
    LoggerFactory.getLogger(Satchel.class).info("satchel {}", args.length == 0 ? "" : args[0]);
    System.exit(satchel.execute(args));
  }
}
