package io.github.satchel.trainer;

import static io.github.satchel.trainer.HttpCalls.VERSION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer's process is killed with SIGKILL while it receives, trains and answers. */
class TrainerKillIT {
  private static final int TRAININGS = Integer.getInteger("satchel.trainer.trainings", 20);
  private static final int KILLS = Integer.getInteger("satchel.trainer.kills", 3);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String KEY = "a-key-for-class-seven";

  @TempDir private Path directory;
  private Path keys;
  private Path model;
  private int port;
  private HttpCalls calls;
  private Process trainer;

  @BeforeEach
  void prepare() throws IOException {
    model = directory.resolve("tiny.onnx");
    Files.write(model, TinyNetwork.bytes());
    keys = directory.resolve("keys.json");
    Files.writeString(
        keys, "{\"keys\":[{\"name\":\"class-7\",\"apikey\":\"" + KEY + "\",\"slots\":10000}]}");
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    calls = new HttpCalls(URI.create("http://127.0.0.1:" + port), KEY);
    start();
  }

  @AfterEach
  void end() {
    trainer.destroyForcibly();
  }

  private void start() throws IOException {
    trainer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                TrainerCommand.class.getName(),
                "trainer",
                "--directory",
                directory.resolve("trainer").toString(),
                "--keys",
                keys.toString(),
                "--model",
                model.toString(),
                "--port",
                Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> calls.get("/v3/classifiers" + VERSION).statusCode() == 200);
  }

  @Test
  void everyClassifierThatWasPromisedClassifiesAndNoneIsHalfMade() throws Exception {
    List<String> promised = new CopyOnWriteArrayList<>();
    ExecutorService pupils = Executors.newFixedThreadPool(4);
    for (int i = 0; i < TRAININGS; i++) {
      int pupil = i;
      pupils.execute(() -> train(pupil, promised));
    }
    pupils.shutdown();
    for (int kill = 1; kill <= KILLS; kill++) {
      int goal = kill * TRAININGS / (KILLS + 1);
      await().atMost(PATIENCE).until(() -> promised.size() >= goal);
      trainer.destroyForcibly().waitFor();
      start();
    }
    assertThat(pupils.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(promised).hasSize(TRAININGS);

    await()
        .atMost(PATIENCE)
        .until(() -> !calls.get("/v3/classifiers" + VERSION).body().contains("\"training\""));
    for (String id : promised) {
      assertThat(classified(id))
          .as(id)
          .contains("\"class\":\"sun\"")
          .contains("\"class\":\"house\"");
    }
    assertThat(calls.get("/v3/classifiers" + VERSION).body()).doesNotContain("\"failed\"");
    assertThat(promised).doesNotHaveDuplicates();
    try (Stream<Path> left = Files.walk(directory.resolve("trainer"))) {
      assertThat(left.map(Path::toString))
          .noneMatch(file -> file.endsWith(".part") || file.endsWith(".zip"));
    }
  }

  private void train(int pupil, List<String> promised) {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("name", ("pupil " + pupil).getBytes(UTF_8));
    parts.put(
        "sun_positive_examples\"; filename=\"a.zip", TestPictures.zip(true, 15, 100L * pupil));
    parts.put(
        "house_positive_examples\"; filename=\"b.zip", TestPictures.zip(false, 15, 100L * pupil));
    byte[] form = HttpCalls.form(parts);
    while (true) {
      try {
        HttpResponse<String> response = calls.post("/v3/classifiers" + VERSION, form);
        if (response.statusCode() == 200) {
          promised.add(response.body().replaceAll("(?s).*\"classifier_id\":\"([^\"]+)\".*", "$1"));
          return;
        }
      } catch (IOException killed) {
        // again, until the trainer is back
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private String classified(String id) throws Exception {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("classifier_ids", id.getBytes(UTF_8));
    parts.put("threshold", "0".getBytes(UTF_8));
    parts.put("images_file\"; filename=\"a.png", TestPictures.sun(5));
    return calls.post("/v3/classify" + VERSION, HttpCalls.form(parts)).body();
  }
}
