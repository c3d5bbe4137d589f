package io.github.satchel.bench.burst;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.bench.comparison.Contender;
import io.github.satchel.bench.comparison.RoundFigures;
import io.github.satchel.bench.world.World;
import io.github.satchel.contract.Json;
import io.github.satchel.testkit.ServiceProcesses;
import io.github.satchel.testkit.process.FreePorts;
import io.github.satchel.testkit.process.JavaProcess;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.Part;
import io.github.satchel.testkit.report.ProcessUse;
import io.github.satchel.testkit.report.Watch;
import io.github.satchel.testkit.report.Watch.Watched;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.util.IOUtils;

/**
 * The peer that does what the predecessor did, in one process of Node.js ({@code
 * bench/peers/site}). A press of Train is a POST that is answered when the classifier is created.
 */
public final class SitePeer implements Contender, AutoCloseable {

  private static final String NAME = "site";
  private static final String NODE = "node";
  private static final int MIN_NODE = 20;
  private static final Duration START_PATIENCE = Duration.ofMinutes(1);

  private final World world;
  private final JavaProcess process;
  private final URI train;
  private final HttpClient client = HttpClient.newHttpClient();

  private SitePeer(World world, JavaProcess process, URI train) {
    this.world = world;
    this.process = process;
    this.train = train;
  }

  /**
   * Makes sure that the peer can be started.
   *
   * @param peer its directory
   * @throws IOException saying what is missing and what helps
   */
  public static void require(Path peer) throws IOException, InterruptedException {
    require(peer, NODE);
  }

  static void require(Path peer, String command) throws IOException, InterruptedException {
    if (!Files.isRegularFile(peer.resolve("site.mjs"))) {
      throw new IOException("There is no site.mjs in " + peer + ", so it is no peer");
    }
    int node = version(command);
    if (node < MIN_NODE) {
      throw new IOException(
          (node == 0
                  ? "There is no " + command + " on the PATH"
                  : "The " + command + " on the PATH is version " + node)
              + ", and the peer needs Node.js "
              + MIN_NODE
              + " or newer: install it, or measure without --peer");
    }
    if (!Files.isDirectory(peer.resolve("node_modules"))) {
      throw new IOException(
          peer + " has no node_modules: run npm ci there, or measure without --peer");
    }
  }

  private static int version(String command) throws InterruptedException {
    try {
      Process node = new ProcessBuilder(command, "--version").redirectErrorStream(true).start();
      String version = new String(node.getInputStream().readAllBytes(), UTF_8).strip();
      boolean says = node.waitFor() == 0 && version.matches("v\\d{1,4}\\..*");
      return says ? Integer.parseInt(version.substring(1, version.indexOf('.'))) : 0;
    } catch (IOException noSuchProgramme) {
      return 0;
    }
  }

  /**
   * Starts it against the services of a world.
   *
   * @param peer its directory
   * @param work takes its temporary files and its output
   */
  public static SitePeer start(Path peer, World world, Path work)
      throws IOException, InterruptedException {
    ServiceProcesses services = world.services();
    int port = FreePorts.choose(1).get(0);
    JavaProcess process =
        JavaProcess.startOther(
            NAME,
            List.of(
                NODE,
                peer.resolve("site.mjs").toString(),
                "--port=" + port,
                "--trainer=" + services.endpoints().trainer(),
                "--credentials=" + services.endpoints().credentials().resolve("pool-1.json"),
                "--directory=" + Files.createDirectories(work)),
            services.trustEnvironment(),
            work);
    var started = new SitePeer(world, process, URI.create("http://127.0.0.1:" + port + "/train"));
    try {
      process.awaitLine("ready", START_PATIENCE);
      return started;
    } catch (IOException | InterruptedException e) {
      IOUtils.closeQuietly(started);
      throw e;
    }
  }

  @Override
  public RoundFigures serve(List<Load> loads) throws IOException, InterruptedException {
    List<Watched> processes = new ArrayList<>();
    processes.add(new Watched(NAME, process.pid(), Part.SERVING));
    processes.addAll(world.elsewhere());
    int classifiers = world.services().classifiers();
    try (Watch watch = Watch.begin(processes, null)) {
      List<CompletableFuture<Answer>> presses = new ArrayList<>();
      for (Load load : loads) {
        presses.add(press(load));
      }
      List<Answer> answers = presses.stream().map(CompletableFuture::join).toList();
      ProcessUse use = watch.use();
      List<String> complaints =
          new ArrayList<>(answers.stream().flatMap(each -> each.complaints().stream()).toList());
      int got = world.services().classifiers() - classifiers;
      if (got != loads.size()) {
        complaints.add(
            "the trainer has got " + got + " classifiers for " + loads.size() + " requests");
      }
      return RoundFigures.of(
          answers.stream().map(Answer::time).toList(),
          loads.stream().mapToInt(Load::images).sum(),
          use,
          complaints);
    } catch (CompletionException e) {
      throw new IOException("The peer " + NAME + " does not answer: " + e.getCause(), e);
    }
  }

  private record Answer(Duration time, List<String> complaints) {}

  private CompletableFuture<Answer> press(Load load) {
    HttpRequest press =
        HttpRequest.newBuilder(train)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(load.request().toString()))
            .build();
    long begin = System.nanoTime();
    return client
        .sendAsync(press, BodyHandlers.ofString())
        .thenApply(answer -> answer(load, answer, Duration.ofNanos(System.nanoTime() - begin)));
  }

  private static Answer answer(Load load, HttpResponse<String> answer, Duration time) {
    if (answer.statusCode() == 200) {
      return new Answer(time, List.of());
    }
    return new Answer(
        time, List.of("%s of the peer: %s".formatted(load.name(), error(answer.body()))));
  }

  private static String error(String body) {
    try {
      JsonNode error = Json.MAPPER.readTree(body).path("error");
      return error.isTextual() ? error.textValue() : body;
    } catch (IOException notJson) {
      return body;
    }
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
