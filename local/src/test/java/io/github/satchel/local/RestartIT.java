package io.github.satchel.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.job.model.Event;
import io.github.satchel.local.cli.Satchel;
import io.github.satchel.local.client.RequestBuilder;
import io.github.satchel.local.flink.Checkpoints;
import io.github.satchel.local.pictures.Latency;
import io.github.satchel.local.watson.Call;
import io.github.satchel.local.watson.Classifier;
import io.github.satchel.local.watson.Fault;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code satchel run} in a process of its own, which is killed. */
class RestartIT {

  private static final int REQUESTS = 16;
  private static final int IMAGES = 10;
  private static final String KEY = "pool-1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void aJobKilledInABurstGoesOnWithoutLosingOrRepeatingARequest() throws Exception {
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services"))
                .latency(new Latency(Duration.ZERO, Duration.ofSeconds(1)))
                .watsonKeys(1, 2 * REQUESTS)
                .start();
        Site site = new Site(services)) {
      services.pictures().drawAll();
      // Uploads take a while, so that the kill finds some half done.
      services
          .watson()
          .failNextCreates(
              KEY,
              Collections.nCopies(REQUESTS, new Fault.Delay(Duration.ofMillis(1500)))
                  .toArray(Fault[]::new));
      Path configuration = configuration(services);
      List<String> sent =
          IntStream.range(0, REQUESTS).mapToObj(i -> site.send(request(services, i))).toList();

      Process first = run(configuration, "first.log");
      try {
        await("some outcomes").atMost(PATIENCE).until(() -> site.endings().size() >= 2);
        Optional<String> checkpoint = latestCheckpoint();
        await("a checkpoint in the middle")
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(20))
            .until(() -> !latestCheckpoint().equals(checkpoint));
      } finally {
        kill(first);
      }
      assertThat(site.endings()).hasSizeBetween(2, REQUESTS - 1);

      Process second = run(configuration, "second.log");
      try {
        await("all outcomes").atMost(PATIENCE).until(() -> site.endings().size() == REQUESTS);
      } finally {
        kill(second);
      }

      assertThat(log("second.log")).contains("Going on from");
      assertThat(site.endings()).containsOnlyKeys(sent);
      assertThat(site.endings().values())
          .allSatisfy(
              endings ->
                  assertThat(endings)
                      .singleElement()
                      .extracting(Event::type)
                      .isEqualTo(Event.Type.UPLOADED));
      assertThat(services.watson().classifiers())
          .extracting(Classifier::name)
          .containsExactlyInAnyOrderElementsOf(sent.stream().map(id -> "Pets_" + id).toList());
      assertThat(services.watson().history())
          .filteredOn(call -> call.kind() == Call.Kind.CREATE && call.status() == 200)
          .hasSize(REQUESTS);
    }
  }

  private Path configuration(LocalServices services) throws IOException {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("flink.execution.checkpointing.interval", "300 ms");
    settings.put("flink.execution.checkpointing.min-pause", "100 ms");
    Path file = directory.resolve("satchel.yaml");
    JobSettings.write(settings, file);
    return file;
  }

  private static ObjectNode request(LocalServices services, int number) {
    RequestBuilder request =
        new RequestBuilder("burst-" + number, "project-" + number, "pupil", "Pets").watson(KEY);
    for (int i = 0; i < 2 * IMAGES; i++) {
      String url = services.pictures().pictureUrl((long) number * 2 * IMAGES + i);
      request.download(i < IMAGES ? "cat" : "dog", "image-" + i, url);
    }
    return request.json();
  }

  /** Starts the command in a JVM like this one. */
  private Process run(Path configuration, String log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx1g",
            "-Dsatchel.plugins=" + Path.of("target/plugins").toAbsolutePath(),
            "-cp",
            System.getProperty("java.class.path"),
            Satchel.class.getName(),
            "run",
            "--config",
            configuration.toString(),
            "--directory",
            directory.toString(),
            "--ui-port",
            "0"));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(log).toFile())
        .start();
  }

  /** SIGKILL: nothing is tidied up. */
  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private Optional<String> latestCheckpoint() throws IOException {
    return Checkpoints.latest(
        new org.apache.flink.core.fs.Path(directory.resolve("run/checkpoints").toUri()));
  }

  private String log(String name) throws IOException {
    return Files.readString(directory.resolve(name));
  }
}
