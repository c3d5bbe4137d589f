package io.github.satchel.connectors.training.http;

import static io.github.satchel.connectors.training.watson.WatsonFixture.classifier;
import static io.github.satchel.connectors.training.watson.WatsonFixture.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.operator.TrainerFactory;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.operator.TrainingRunner;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.Json;
import io.github.satchel.connectors.training.watson.Options;
import io.github.satchel.connectors.training.watson.TestTrainings;
import io.github.satchel.connectors.training.watson.WatsonFixture;
import io.github.satchel.testing.SettableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTrainerTest {

  private static final Instant NOW = WatsonFixture.NOW;
  private static final String SECRET = "secret-of-the-trainer";

  /** A request as it came in; each char of the body is a byte. */
  private record Call(Map<String, List<String>> headers, String body) {

    String header(String name) {
      return String.join(",", headers.getOrDefault(name, List.of()));
    }

    /** The content of a part. */
    String part(String name) {
      String boundary = header("Content-type").replaceFirst(".*boundary=", "");
      for (String part : body.split("--" + boundary + "(--)?\r\n", -1)) {
        if (part.contains("name=\"" + name + "\"")) {
          String content = part.substring(part.indexOf("\r\n\r\n") + 4);
          return content.substring(0, content.length() - 2);
        }
      }
      throw new AssertionError("no part " + name);
    }
  }

  /** A status, and what is said with it. */
  private record Reply(int status, String body, String retryAfter) {}

  private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, HttpEndpoint> endpoints = new ConcurrentHashMap<>();
  private final SettableClock clock = new SettableClock(NOW);
  private Path directory;
  private HttpServer server;
  private HttpTrainer trainer;
  private TrainingRunner runner;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    this.directory = directory;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
    endpoints.put("trainer", new HttpEndpoint(url(), SECRET));
    TrainingMetrics metrics =
        new TrainingMetrics(UnregisteredMetricsGroup.createSinkWriterMetricGroup());
    Retrier retrier = new Retrier(Options.retries(), metrics, new Random(1));
    trainer =
        new HttpTrainer(
            new TrainerFactory.Context(
                new HttpTransport(Options.transport(Duration.ofSeconds(10)), clock),
                1_000_000,
                retrier,
                metrics,
                clock,
                "HttpTrainerTest",
                1),
            name -> Optional.ofNullable(endpoints.get(name)));
    runner = new TrainingRunner(trainer, retrier, false, metrics, clock);
  }

  @AfterEach
  void stop() {
    trainer.close();
    server.stop(0);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/train";
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    calls.add(
        new Call(
            Map.copyOf(exchange.getRequestHeaders()),
            new String(body, StandardCharsets.ISO_8859_1)));
    Reply reply = replies.isEmpty() ? new Reply(202, "", "") : replies.remove();
    if (!reply.retryAfter().isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", reply.retryAfter());
    }
    byte[] said = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(reply.status(), said.length == 0 ? -1 : said.length);
    exchange.getResponseBody().write(said);
    exchange.close();
  }

  /** A training "My pets" whose archives have their digest. */
  private Training pets(String endpoint) throws Exception {
    Training pets = TestTrainings.pets(directory, "r1", endpoint);
    List<ExampleArchive> archives = new ArrayList<>();
    for (ExampleArchive archive : pets.archives()) {
      archives.add(
          new ExampleArchive(
              archive.className(),
              archive.uri(),
              archive.bytes(),
              archive.images(),
              sha256(Files.readAllBytes(TestTrainings.file(archive.uri())))));
    }
    return TestTrainings.of(pets, archives);
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private TrainingEvent upload(Training training) throws InterruptedException {
    return runner.run(training, sent -> {});
  }

  @Test
  void theArchivesArePostedBehindWhatTheyAre() throws Exception {
    Training training = pets("trainer");
    byte[] dog = Files.readAllBytes(TestTrainings.file(training.archives().get(1).uri()));
    replies.add(new Reply(201, "{\"id\":\"model-7\",\"status\":\"queued\"}", ""));

    TrainingEvent outcome = upload(training);

    assertThat(classifier(outcome))
        .isEqualTo(new Classifier("model-7", "My pets", "queued", NOW, url(), "trainer"));
    Call call = calls.get(0);
    assertThat(call.header("Idempotency-key")).isEqualTo("r1");
    assertThat(call.body().indexOf("name=\"training\""))
        .isLessThan(call.body().indexOf("name=\"archive-0\""));
    JsonNode told = Json.MAPPER.readTree(call.part("training"));
    assertThat(told.path("id").asText()).isEqualTo("r1");
    assertThat(told.path("name").asText()).isEqualTo("My pets");
    assertThat(told.at("/attributes/projectId").asText()).isEqualTo("p1");
    assertThat(told.at("/archives/1"))
        .isEqualTo(
            Json.MAPPER.readTree(
                "{\"part\":\"archive-1\",\"label\":\"dog\",\"images\":10,\"bytes\":100000,\"sha256\":\"%s\"}"
                    .formatted(sha256(dog))));
    assertThat(call.part("archive-1")).isEqualTo(new String(dog, StandardCharsets.ISO_8859_1));
    assertThat(directory.resolve("r1/dog.zip")).doesNotExist();
    assertThat(trainer.after(outcome, NOW)).isEmpty();
  }

  @Test
  void anArchiveWithAFolderForEachClassIsPostedWithoutALabel() throws Exception {
    Training pets = pets("trainer");
    ExampleArchive cat = pets.archives().get(0);
    var folders = new ExampleArchive("", cat.uri(), cat.bytes(), cat.images(), cat.sha256());

    upload(TestTrainings.of(pets, List.of(folders)));

    JsonNode archive = Json.MAPPER.readTree(calls.get(0).part("training")).at("/archives/0");
    assertThat(archive.has("label")).isFalse();
    assertThat(archive.path("part").asText()).isEqualTo("archive-0");
    assertThat(calls.get(0).body()).contains("filename=\"cat.zip\"");
  }

  @Test
  void theSignatureIsOverTheTimeAndWhatTheArchivesAre() throws Exception {
    upload(pets("trainer"));

    Call call = calls.get(0);
    String[] signature = call.header("Satchel-signature").split("[=,]", -1);
    assertThat(signature[0] + signature[2]).isEqualTo("tv1");
    assertThat(signature[1]).isEqualTo(String.valueOf(NOW.getEpochSecond()));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    mac.update((signature[1] + "." + call.part("training")).getBytes(StandardCharsets.ISO_8859_1));
    assertThat(signature[3]).isEqualTo(HexFormat.of().formatHex(mac.doFinal()));
    assertThat(call.headers().toString()).doesNotContain(SECRET);
  }

  @Test
  void anAnswerWithoutContentIsEnough() throws Exception {
    replies.add(new Reply(204, "", ""));

    assertThat(classifier(upload(pets("trainer"))).id()).isEqualTo("r1");
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 409, 425, 429, 500, 502, 503, 504})
  void whatCanPassIsSentAgainWithTheSameKeyAndAFreshSignature(int status) throws Exception {
    replies.add(new Reply(status, "", "0"));

    assertThat(classifier(upload(pets("trainer"))).credentials()).isEqualTo("trainer");
    assertThat(calls).hasSize(2);
    assertThat(calls).extracting(call -> call.header("Idempotency-key")).containsOnly("r1");
  }

  @ParameterizedTest
  @CsvSource({
    "400, upload-refused",
    "413, upload-refused",
    "422, upload-refused",
    "401, credentials-rejected",
    "403, credentials-rejected",
    "404, upload-failed",
    "307, upload-failed",
    "501, upload-failed"
  })
  void whatWillNotPassIsReportedAtOnce(int status, String code) throws Exception {
    replies.add(new Reply(status, "{\"error\":\"too few images\"}", ""));

    TrainingEvent outcome = upload(pets("trainer"));

    assertThat(error(outcome).code()).isEqualTo(code);
    assertThat(calls).hasSize(1);
    assertThat(WatsonFixture.rejected(outcome))
        .isEqualTo(code.equals("credentials-rejected") ? List.of("trainer") : List.of());
  }

  @Test
  void whatTheReceiverSaysIsInTheError() throws Exception {
    replies.add(new Reply(422, "{\"error\":\"too few images\"}", ""));

    assertThat(error(upload(pets("trainer"))).message())
        .isEqualTo(
            "The service refused the training data (status 422, too few images). Change the"
                + " examples.");
  }

  @Test
  void aReceiverThatIsTooBusyForTooLongIsReported() throws Exception {
    replies.add(new Reply(429, "", "600"));

    assertThat(error(upload(pets("trainer"))).code()).isEqualTo("rate-limited");
    assertThat(calls).hasSize(1);
  }

  @Test
  void anEndpointThatIsGoneIsReported() throws Exception {
    TrainingEvent outcome = upload(pets("other"));

    assertThat(error(outcome).code()).isEqualTo("credentials-rejected");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("other");
  }

  @Test
  void aTrainingThatHasEndedIsNotSentAgain() throws Exception {
    Training training = pets("trainer");
    TrainingEvent outcome = upload(training);
    clock.advance(Duration.ofMinutes(1));

    assertThat(upload(training)).isEqualTo(outcome);
    assertThat(calls).hasSize(1);
  }

  @Test
  void endpointsAreFilesThatCanChange() throws Exception {
    HttpEndpointDirectory files =
        InstantiationUtil.clone(new HttpEndpointDirectory(directory.toString()));
    assertThat(files.resolve("trainer")).isEmpty();
    Files.writeString(
        directory.resolve("trainer.json"),
        "{\"url\":\"https://trainer.example/train\",\"secret\":\"s1\"}");
    assertThat(files.resolve("trainer"))
        .contains(new HttpEndpoint("https://trainer.example/train", "s1"));
    Files.writeString(directory.resolve("trainer.json"), "{\"url\":\"https://trainer.example\"}");
    assertThat(files.resolve("trainer")).isEmpty();
    assertThat(new HttpEndpoint("https://trainer.example", "s1").toString()).doesNotContain("s1");
  }
}
