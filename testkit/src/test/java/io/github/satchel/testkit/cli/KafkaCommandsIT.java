package io.github.satchel.testkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.cli.ExitCode;
import io.github.satchel.cli.Satchel;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.Topics;
import io.github.satchel.testing.Patience;
import io.github.satchel.testkit.kafka.LocalKafka;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that talk to Kafka, against a real broker; the test plays the job. */
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class KafkaCommandsIT {

  private static final Path EXAMPLES = Path.of("../docs/contract/examples");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Path directory;
  private LocalKafka kafka;
  private KafkaProducer<byte[], byte[]> job;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    this.directory = directory;
    kafka = LocalKafka.start(directory.resolve("kafka"), 0);
    kafka.createTopic(Topics.REQUESTS, 2, Map.of());
    kafka.createTopic(Topics.RESULTS, 2, Map.of());
    kafka.createTopic(Topics.DEAD_LETTERS, 2, Map.of());
    kafka.createTopic("small", 1, Map.of("max.message.bytes", "1000"));
    job = producer(kafka);
  }

  private static KafkaProducer<byte[], byte[]> producer(LocalKafka kafka) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kafka.bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  @AfterAll
  void stop() {
    job.close();
    kafka.close();
  }

  @BeforeEach
  void clear() {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
  }

  @Test
  void submitWritesTheRequestAsItIsUnderItsProject() throws Exception {
    Path file = example("written");
    List<ConsumerRecord<byte[], byte[]>> requests = new CopyOnWriteArrayList<>();
    try (TopicFollower follower =
        new TopicFollower(kafka.bootstrapServers(), Topics.REQUESTS, requests::add)) {
      follower.start();

      assertThat(execute("submit", file.toString(), "--no-wait")).isZero();

      await().until(() -> !requests.isEmpty());
    }
    assertThat(requests.get(0).value()).isEqualTo(Files.readAllBytes(file));
    assertThat(new String(requests.get(0).key(), UTF_8)).isEqualTo("pets-42");
    assertThat(out.toString()).contains("Request written is written: 20 pictures");
  }

  @Test
  void cancelWritesWhatTheJobReads() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> requests = new CopyOnWriteArrayList<>();
    try (TopicFollower follower =
        new TopicFollower(kafka.bootstrapServers(), Topics.REQUESTS, requests::add)) {
      follower.start();

      assertThat(execute("cancel", "--request", "unwanted")).isZero();

      await().until(() -> !requests.isEmpty());
    }
    assertThat(requests.get(0).value())
        .asString(UTF_8)
        .isEqualTo("{\"cancel\":{\"requestId\":\"unwanted\"}}");
    assertThat(execute("cancel", "--request", "../r")).isEqualTo(ExitCode.INVALID);
  }

  @Test
  void forgetWritesWhatTheJobReadsAndPrintsItsAnswer() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> requests = new CopyOnWriteArrayList<>();
    FutureTask<Integer> command;
    try (TopicFollower follower =
        new TopicFollower(kafka.bootstrapServers(), Topics.REQUESTS, requests::add)) {
      follower.start();

      command = begin("forget", "--project", "pets-42");

      await().until(() -> !requests.isEmpty());
    }
    JsonNode forget = Json.MAPPER.readTree(requests.get(0).value()).required("forget");
    assertThat(forget.required("projectId").textValue()).isEqualTo("pets-42");
    assertThat(requests.get(0).key()).asString(UTF_8).isEqualTo("pets-42");
    answer(forget.required("requestId").textValue(), "event-forgotten.json");
    assertThat(command.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines())
        .first()
        .isEqualTo("Removed: 3 requests, 2 archives, 12 cached pictures, 1 classifiers");
    assertThat(out.toString()).contains("  Messages in the topics, until their retention ends");
    assertThat(execute("forget", "--user", "")).isEqualTo(ExitCode.INVALID);
    assertThat(execute("forget")).isEqualTo(CommandLine.ExitCode.USAGE);
  }

  @Test
  void forgetSaysWhyTheJobRejectsIt() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> requests = new CopyOnWriteArrayList<>();
    FutureTask<Integer> command;
    try (TopicFollower follower =
        new TopicFollower(kafka.bootstrapServers(), Topics.REQUESTS, requests::add)) {
      follower.start();

      command = begin("forget", "--project", "pets-42");

      await().until(() -> !requests.isEmpty());
    }
    JsonNode forget = Json.MAPPER.readTree(requests.get(0).value()).required("forget");
    answer(forget.required("requestId").textValue(), "event-rejected.json");
    assertThat(command.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ExitCode.INVALID);
    assertThat(err.toString()).contains("Invalid request: /labels/cat/3/url: is missing");
  }

  @Test
  void submitFollowsToTheOutcomeAndNamesEveryFailingPicture() throws Exception {
    FutureTask<Integer> command = submit("fails");
    answer("fails", "event-accepted.json");
    answer("fails", "event-progress.json");
    answer("fails", "event-failed-images.json");

    assertThat(command.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ExitCode.UNSUCCESSFUL);
    assertThat(out.toString())
        .contains("accepted 0/20")
        .contains("progress 12/20, 1 failed")
        .contains("failed 17/20, 3 failed, image-forbidden: Google would not allow");
    assertThat(out.toString().lines().filter(line -> line.startsWith("image-")))
        .hasSize(3)
        .anyMatch(
            line ->
                line.matches(
                    "image-timeout +dog +dog-9 +Unable to download image from the website"
                        + " +https://slow.example.org/dog.jpg"));
  }

  @Test
  void submitEndsWithZeroOnSuccessAndPrintsEventsAsJson() throws Exception {
    FutureTask<Integer> command = submit("succeeds", "--json");
    answer("succeeds", "event-accepted.json");
    answer("another", "event-failed-images.json");
    answer("succeeds", "event-uploaded.json");

    assertThat(command.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isZero();
    List<String> types = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      types.add(Json.MAPPER.readTree(line).required("type").textValue());
    }
    assertThat(types).containsExactly("accepted", "uploaded");
  }

  @Test
  void submitDoesNotWriteWhatTheJobWouldReject() throws Exception {
    ObjectNode request = (ObjectNode) Json.MAPPER.readTree(example("invalid").toFile());
    ((ObjectNode) request.at("/labels/cat/3")).remove("url");
    Path file =
        Files.write(directory.resolve("invalid.json"), Json.MAPPER.writeValueAsBytes(request));

    assertThat(execute("submit", file.toString())).isEqualTo(ExitCode.INVALID);

    assertThat(err.toString())
        .contains("/labels/cat/3/url: is missing")
        .doesNotContain("Exception");
  }

  @Test
  void anUnknownServerIsNamedInOneSentence() throws Exception {
    sentence(
        1,
        List.of(
            "Cannot create a Kafka client for no-such-host.invalid:9092", "--bootstrap-servers"),
        "submit",
        example("lost").toString(),
        "--bootstrap-servers",
        "no-such-host.invalid:9092");
  }

  @Test
  void aServerThatDoesNotAnswerIsNamedInOneSentence() throws Exception {
    sentence(
        1,
        List.of("Kafka at 127.0.0.1:1 does not respond", "--bootstrap-servers"),
        "watch",
        "--bootstrap-servers",
        "127.0.0.1:1",
        "--config",
        impatient("").toString());
  }

  @Test
  void aMissingTopicIsNamedWithTheCommandThatMakesIt() throws Exception {
    sentence(
        1,
        List.of("has no topic no-such-topic", "kafka-topics.sh --bootstrap-server", "--create"),
        "submit",
        example("nowhere").toString(),
        "--bootstrap-servers",
        kafka.bootstrapServers(),
        "--requests-topic",
        "no-such-topic");
  }

  @Test
  void aMessageThatIsTooLargeForTheTopicIsOneSentence() throws Exception {
    sentence(
        1,
        List.of("larger than Kafka at", "max.message.bytes", "8388608"),
        "submit",
        large(1_000).toString(),
        "--no-wait",
        "--bootstrap-servers",
        kafka.bootstrapServers(),
        "--requests-topic",
        "small");
  }

  @Test
  void aMessageOverEightMegabytesIsOneSentence() throws Exception {
    sentence(
        1,
        List.of("larger than Kafka at", "use fewer pictures"),
        "submit",
        large(9 << 20).toString(),
        "--no-wait",
        "--bootstrap-servers",
        kafka.bootstrapServers());
  }

  @Test
  void aRefusedLogInIsOneSentence() throws Exception {
    Path config =
        impatient(
            """
            security.protocol=SASL_PLAINTEXT
            sasl.mechanism=PLAIN
            sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
              username="site" password="s3cret";
            """);

    sentence(
        1,
        List.of("Kafka at " + kafka.bootstrapServers(), "--config"),
        "watch",
        "--bootstrap-servers",
        kafka.bootstrapServers(),
        "--config",
        config.toString());
    assertThat(err.toString()).doesNotContain("s3cret");
  }

  @Test
  void aWrongPropertyIsOneSentence() throws Exception {
    sentence(
        1,
        List.of("Cannot create a Kafka client", "receive.buffer.bytes", "--config"),
        "replay",
        "--config",
        impatient("receive.buffer.bytes=many").toString());
  }

  @Test
  void aMissingFileOfPropertiesIsOneSentence() throws Exception {
    sentence(
        1, List.of("Cannot read nowhere.properties"), "watch", "--config", "nowhere.properties");
  }

  @Test
  void aConnectionLostWhileFollowingIsTwoSentencesWithTheWayOut(@TempDir Path other)
      throws Exception {
    LocalKafka dying = LocalKafka.start(other, 0);
    dying.createTopic(Topics.REQUESTS, 1, Map.of());
    dying.createTopic(Topics.RESULTS, 1, Map.of());
    FutureTask<Integer> command =
        begin(
            "submit",
            example("orphan").toString(),
            "--bootstrap-servers",
            dying.bootstrapServers(),
            "--config",
            impatient("").toString());
    await().until(() -> out.toString().contains("is written"));

    dying.close();

    assertThat(command.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ExitCode.UNSEEN);
    assertThat(err.toString().lines())
        .hasSize(2)
        .anyMatch(
            line ->
                line.startsWith("Lost contact while following request orphan, which is written."))
        .anyMatch(line -> line.contains("./satchel watch --from-beginning --request "));
  }

  @Test
  void aRequestThatNobodyServesEndsWithItsTime() throws Exception {
    assertThat(execute("submit", example("unserved").toString(), "--timeout", "1"))
        .isEqualTo(ExitCode.UNSEEN);

    assertThat(err.toString())
        .contains("No outcome of request unserved in 1 s", "is the job running")
        .doesNotContain("Exception");
  }

  @Test
  void watchOfAForgetEndsWithItsAnswer() throws Exception {
    answer("forget-1", "event-forgotten.json");

    assertThat(execute("watch", "--from-beginning", "--request", "forget-1")).isZero();

    assertThat(out.toString()).contains("forget-1  forgotten");
  }

  @Test
  void watchShowsTheEventsOfAProject() throws Exception {
    FutureTask<Integer> command = new FutureTask<>(() -> execute("watch", "--project", "mine"));
    Thread thread = start(command);
    await()
        .untilAsserted(
            () -> {
              answer("theirs", "event-accepted.json");
              answer("seen", "event-uploaded-skipped.json", "mine");
              assertThat(out.toString()).contains("seen");
            });
    job.send(
            new ProducerRecord<>(
                Topics.RESULTS, "mine".getBytes(UTF_8), "no event".getBytes(UTF_8)))
        .get();
    thread.interrupt();
    command.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);

    assertThat(out.toString())
        .contains("2026-01-15T09:30:13.512Z  mine  seen  uploaded  20/22, 2 failed, classifier")
        .contains("store-missing")
        .doesNotContain("theirs");
  }

  @Test
  void deadLettersAreListedAndThoseChosenAreWrittenAgainAsTheyCame() throws Exception {
    String broken = letter(0, "{\"requestId\":\"broken\"}", "Invalid request: /labels: is missing");
    String tooLarge = letter(0, null, "Invalid request: the message; not copied");
    String other = letter(1, "no JSON", "Invalid request: the message: not JSON");

    assertThat(execute("replay")).isZero();
    assertThat(out.toString().lines())
        .anyMatch(line -> line.matches(broken + " .* broken +Invalid request: /labels: is missing"))
        .anyMatch(line -> line.startsWith(tooLarge))
        .anyMatch(line -> line.startsWith(other));

    assertThat(execute("replay", "--reason", "NOT json")).isEqualTo(2);
    assertThat(err.toString()).contains("Write 1 to training-requests?", "--yes");
    clear();
    assertThat(execute("replay", "--offset", "7@7", "--yes")).isEqualTo(2);
    assertThat(err.toString()).contains("No dead letter at 7@7");
    clear();

    List<ConsumerRecord<byte[], byte[]>> replayed = new CopyOnWriteArrayList<>();
    try (TopicFollower follower =
        new TopicFollower(kafka.bootstrapServers(), Topics.REQUESTS, replayed::add)) {
      follower.start();

      assertThat(execute("replay", "--json", "--yes", "--offset", broken + "," + tooLarge))
          .isEqualTo(1);

      await().until(() -> !replayed.isEmpty());
    }
    JsonNode first = Json.MAPPER.readTree(out.toString().lines().findFirst().orElseThrow());
    assertThat(first.required("offset").textValue()).isEqualTo(broken);
    assertThat(first.required("requestId").textValue()).isEqualTo("broken");
    assertThat(err.toString()).contains("1 written", "1 not written");
    assertThat(replayed).hasSize(1);
    assertThat(new String(replayed.get(0).value(), UTF_8)).isEqualTo("{\"requestId\":\"broken\"}");
    assertThat(replayed.get(0).headers())
        .extracting(header -> header.key())
        .containsExactly("ce_id");
  }

  /** Writes a dead letter, and says where it lies. */
  private String letter(int partition, @Nullable String value, String reason) throws Exception {
    var letter =
        new ProducerRecord<byte[], byte[]>(
            Topics.DEAD_LETTERS, partition, null, value == null ? null : value.getBytes(UTF_8));
    letter.headers().add("ce_id", "1".getBytes(UTF_8));
    letter.headers().add("satchel-reason", reason.getBytes(UTF_8));
    return partition + "@" + job.send(letter).get().offset();
  }

  private void sentence(int status, List<String> parts, String... arguments) {
    assertThat(execute(arguments)).isEqualTo(status);
    assertThat(err.toString().strip()).hasLineCount(1).contains(parts);
  }

  /** A request of the contract's examples, under another id. */
  private Path example(String requestId) throws IOException {
    ObjectNode request =
        (ObjectNode) Json.MAPPER.readTree(EXAMPLES.resolve("request-web.json").toFile());
    return Files.write(
        directory.resolve(requestId + ".json"),
        Json.MAPPER.writeValueAsBytes(request.put("requestId", requestId)));
  }

  private Path large(int bytes) throws IOException {
    ObjectNode request = (ObjectNode) Json.MAPPER.readTree(example("large").toFile());
    StringBuilder noise = new StringBuilder();
    new Random(1).ints(bytes, 'A', 'z').filter(Character::isLetter).forEach(noise::appendCodePoint);
    request.put("noise", noise.append("x".repeat(bytes - noise.length())).toString());
    return Files.write(directory.resolve("large.json"), Json.MAPPER.writeValueAsBytes(request));
  }

  /** A file of client properties that lets clients give up soon. */
  private Path impatient(String more) throws IOException {
    return Files.writeString(
        Files.createTempFile(directory, "client", ".properties"),
        "default.api.timeout.ms=1500\nrequest.timeout.ms=1500\n" + more);
  }

  private FutureTask<Integer> submit(String requestId, String... options) throws Exception {
    List<ConsumerRecord<byte[], byte[]>> requests = new CopyOnWriteArrayList<>();
    List<String> arguments = new ArrayList<>(List.of("submit", example(requestId).toString()));
    arguments.addAll(Arrays.asList(options));
    try (TopicFollower follower =
        new TopicFollower(kafka.bootstrapServers(), Topics.REQUESTS, requests::add)) {
      follower.start();
      FutureTask<Integer> command = begin(arguments.toArray(String[]::new));
      await().until(() -> !requests.isEmpty());
      return command;
    }
  }

  private FutureTask<Integer> begin(String... arguments) {
    Callable<Integer> execution = () -> execute(arguments);
    FutureTask<Integer> command = new FutureTask<>(execution);
    start(command);
    return command;
  }

  private static Thread start(FutureTask<Integer> command) {
    Thread thread = new Thread(command, "satchel-command");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void answer(String requestId, String example) throws Exception {
    answer(requestId, example, "pets-42");
  }

  private void answer(String requestId, String example, String projectId) throws Exception {
    ObjectNode event = (ObjectNode) Json.MAPPER.readTree(EXAMPLES.resolve(example).toFile());
    event.put("requestId", requestId).put("projectId", projectId);
    job.send(
            new ProducerRecord<>(
                Topics.RESULTS, projectId.getBytes(UTF_8), Json.MAPPER.writeValueAsBytes(event)))
        .get();
  }

  /** Against the broker of these tests, unless the arguments name another. */
  private int execute(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    if (!all.contains("--bootstrap-servers")) {
      all.addAll(List.of("--bootstrap-servers", kafka.bootstrapServers()));
    }
    CommandLine commandLine = Satchel.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(all.toArray(String[]::new));
  }
}
