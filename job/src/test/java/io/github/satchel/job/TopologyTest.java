package io.github.satchel.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.Json;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.fetch.FetchFunction;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.resize.ResizeFunction;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * All of the job on Flink's mini cluster, without Kafka and S3: the outcomes of the contract one by
 * one. Pictures and trainers are small HTTP servers, files are local.
 */
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class TopologyTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final BlockingQueue<RawRequest> REQUESTS = new LinkedBlockingQueue<>();
  private static final BlockingQueue<RequestStatus> STATUSES = new LinkedBlockingQueue<>();
  private static final List<Event> EVENTS = new CopyOnWriteArrayList<>();
  private static final List<DeadLetter> DEAD_LETTERS = new CopyOnWriteArrayList<>();

  private final AtomicLong offset = new AtomicLong();
  private TopologyServers servers;
  private Path archives;
  private JobClient job;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    servers = new TopologyServers();
    archives = directory.resolve("archives");
    Path secrets = Files.createDirectories(directory.resolve("secrets"));
    for (String name : List.of("class-7", "pool-3")) {
      Files.writeString(
          secrets.resolve(name + ".json"),
          "{\"url\": \"%s\", \"apikey\": \"%s\", \"auth\": \"basic\"}"
              .formatted(servers.url(), name));
    }
    Files.writeString(
        secrets.resolve("trainer.json"),
        "{\"url\": \"%s/train\", \"secret\": \"s\"}".formatted(servers.url()));
    Map<String, String> settings = new HashMap<>();
    settings.put("site.name", "Pets for All");
    settings.put("site.contact", "https://pets.test/contact");
    settings.put("kafka.bootstrap-servers", "unused:1");
    settings.put("archives.dir", archives.toUri().toString());
    settings.put("credentials.dir", secrets.toString());
    settings.put("endpoints.dir", secrets.toString());
    settings.put("fetch.allowed-networks", "127.0.0.1/32");
    settings.put("fetch.allowed-ports", String.valueOf(servers.port()));
    settings.put("fetch.max-per-host", "32");
    settings.put("fetch.max-attempts", "1");
    settings.put("resize.kernel", "java");
    settings.put("window.progress-interval", "100 ms");
    settings.put("watson.follow-interval", "50 ms");
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(
            2, new Configuration().set(RestOptions.BIND_PORT, "0"));
    Configuration options = SatchelConfiguration.of(settings).options();
    new SatchelTopology(
            options,
            new Ends(
                queue(RawRequest.class, index -> REQUESTS.take()),
                queue(RequestStatus.class, index -> STATUSES.take()),
                new FetchFunction(FetchSettings.from(options)),
                new ResizeFunction(ResizeSettings.from(options), CacheSettings.from(options)),
                new Collecting<>(TopologyTest::tell),
                new Collecting<>(letter -> DEAD_LETTERS.add(letter))))
        .build(environment);
    job = environment.executeAsync("TopologyTest");
  }

  @AfterAll
  void stop() throws Exception {
    job.cancel().get();
    servers.close();
  }

  private static void tell(Event event) {
    EVENTS.add(event);
    int known = event.images().done() + event.images().failed();
    if (event.type() == Event.Type.PROGRESS || event.type().isOutcome()) {
      STATUSES.add(
          new RequestStatus(
              event.requestId(),
              String.valueOf(event.projectId()),
              known,
              event.type().isOutcome()));
    }
  }

  @Test
  void uploaded() throws Exception {
    send(request("uploaded", 12));

    Event outcome = outcome("uploaded");
    assertThat(outcome.type()).isEqualTo(Event.Type.UPLOADED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(24, 24, 0));
    assertThat(outcome.archives()).hasSize(2).allMatch(archive -> archive.images() == 12);
    Event.Classifier classifier = Objects.requireNonNull(outcome.classifier());
    assertThat(classifier.name()).isEqualTo("My pets_uploaded");
    assertThat(servers.names()).containsOnlyOnce("My pets_uploaded");
    await("ready").atMost(PATIENCE).until(() -> types("uploaded").contains(Event.Type.READY));
    assertThat(types("uploaded"))
        .startsWith(Event.Type.ACCEPTED)
        .endsWith(Event.Type.UPLOADED, Event.Type.READY);
    assertThat(progress("uploaded")).isSorted().last().isEqualTo(24);
    assertThat(files("uploaded"))
        .containsExactly("decision.json", "upload.json", "upload.json.conclusion");
  }

  @Test
  void uploadedToAnEndpoint() throws Exception {
    ObjectNode request = request("posted", 10);
    request.putObject("deliverTo").putObject("http").put("endpoint", "trainer");
    send(request);

    assertThat(outcome("posted").type()).isEqualTo(Event.Type.UPLOADED);
    assertThat(servers.posted()).containsOnlyOnce("posted");
  }

  @Test
  void stored() throws Exception {
    ObjectNode request = request("stored", 10);
    request.putObject("deliverTo").putObject("store");
    send(request);

    Event outcome = outcome("stored");
    assertThat(outcome.type()).isEqualTo(Event.Type.STORED);
    assertThat(files("stored")).contains("cat.zip", "dog.zip");
  }

  @Test
  void everyTrainerGetsLabelsOfAnyScriptAsTheyAre() throws Exception {
    // The last two are one word in two forms of Unicode: what a site means is not guessed.
    List<String> labels =
        List.of("猫", "犬", "قطة", "🐶", "a b", "a_b", "T－Rex", "café", "cafe\u0301");
    ObjectNode trained = request("scripts", 10, labels);
    send(trained);
    ObjectNode posted = request("scripts-posted", 10, labels);
    posted.putObject("deliverTo").putObject("http").put("endpoint", "trainer");
    send(posted);

    for (String id : List.of("scripts", "scripts-posted")) {
      assertThat(outcome(id).type()).isEqualTo(Event.Type.UPLOADED);
      assertThat(outcome(id).archives()).extracting("label").containsExactlyElementsOf(labels);
    }
    assertThat(servers.classes("My pets_scripts")).containsExactlyElementsOf(labels);
    assertThat(servers.classes("scripts-posted")).containsExactlyElementsOf(labels);
  }

  @Test
  void failedWithEveryBadImage() throws Exception {
    ObjectNode request = request("bad-images", 12);
    image(request, "cat", 3).put("url", servers.url() + "/missing");
    image(request, "dog", 5).put("url", servers.url() + "/text");
    send(request);

    Event outcome = outcome("bad-images");
    assertThat(outcome.type()).isEqualTo(Event.Type.FAILED);
    assertThat(outcome.failures())
        .extracting("code")
        .containsExactly(FailureCode.IMAGE_UNREACHABLE, FailureCode.IMAGE_UNSUPPORTED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(24, 22, 2));
  }

  @Test
  void uploadedWithTheRestIfBadImagesAreSkipped() throws Exception {
    ObjectNode request = request("skipped", 12);
    request.putObject("options").put("onImageFailure", "skip");
    image(request, "cat", 3).put("url", servers.url() + "/missing");
    send(request);

    Event outcome = outcome("skipped");
    assertThat(outcome.type()).isEqualTo(Event.Type.UPLOADED);
    assertThat(outcome.failures()).hasSize(1);
    assertThat(outcome.archives()).extracting("images").containsExactly(11, 12);
  }

  @Test
  void failedAsTheTimeIsUp() throws Exception {
    ObjectNode request = request("late", 10);
    request.putObject("options").put("deadlineSeconds", 1);
    image(request, "cat", 0).put("url", servers.url() + "/hanging/late");
    send(request);

    Event outcome = outcome("late");
    assertThat(Objects.requireNonNull(outcome.error()).code()).isEqualTo(FailureCode.DEADLINE);
    assertThat(outcome.images().done()).isLessThan(20);
  }

  @Test
  void failedAsANewerRequestTookItsPlace() throws Exception {
    ObjectNode older = request("older", 10);
    older.put("projectId", "contested");
    image(older, "cat", 0).put("url", servers.url() + "/hanging/older");
    send(older);
    await("it runs").atMost(PATIENCE).until(() -> types("older").contains(Event.Type.PROGRESS));
    ObjectNode newer = request("newer", 10);
    newer.put("projectId", "contested");
    send(newer);

    assertThat(Objects.requireNonNull(outcome("older").error()).code())
        .isEqualTo(FailureCode.SUPERSEDED);
    assertThat(outcome("newer").type()).isEqualTo(Event.Type.UPLOADED);
  }

  @Test
  void cancelled() throws Exception {
    ObjectNode request = request("cancelled", 10);
    image(request, "cat", 0).put("url", servers.url() + "/hanging/cancelled");
    send(request);
    await("it runs").atMost(PATIENCE).until(() -> types("cancelled").contains(Event.Type.PROGRESS));
    send("{\"cancel\": {\"requestId\": \"cancelled\"}}".getBytes(UTF_8));

    Event outcome = outcome("cancelled");
    assertThat(outcome.type()).isEqualTo(Event.Type.CANCELLED);
    assertThat(outcome.images().done()).isBetween(1, 19);
  }

  @Test
  void forgotten() throws Exception {
    ObjectNode uploaded = request("remembered", 10).put("userId", "pupil-7");
    send(uploaded);
    assertThat(outcome("remembered").type()).isEqualTo(Event.Type.UPLOADED);
    ObjectNode open = request("open", 10).put("userId", "pupil-7");
    image(open, "cat", 0).put("url", servers.url() + "/hanging/open");
    send(open);
    await("it runs").atMost(PATIENCE).until(() -> types("open").contains(Event.Type.PROGRESS));
    send("{\"forget\": {\"requestId\": \"f-1\", \"userId\": \"pupil-7\"}}".getBytes(UTF_8));

    await("the answer").atMost(PATIENCE).until(() -> !types("f-1").isEmpty());
    Event.Forgotten forgotten =
        Objects.requireNonNull(events("f-1").findFirst().orElseThrow().forgotten());
    assertThat(forgotten.requests()).isEqualTo(2);
    assertThat(forgotten.classifiers()).isOne();
    assertThat(outcome("open").type()).isEqualTo(Event.Type.CANCELLED);
    assertThat(outcome("open").error()).isNotNull();
    assertThat(servers.names()).doesNotContain("My pets_remembered");
    assertThat(archives.resolve("remembered")).doesNotExist();
    assertThat(archives.resolve("open")).doesNotExist();
  }

  @Test
  void failedAsNoCredentialsAreAccepted() throws Exception {
    ObjectNode request = request("refused", 10);
    request.putObject("deliverTo").putObject("watson").putArray("credentials").add("nobody");
    send(request);

    Event outcome = outcome("refused");
    assertThat(Objects.requireNonNull(outcome.error()).code())
        .isEqualTo(FailureCode.CREDENTIALS_REJECTED);
    assertThat(outcome.failures()).hasSize(1);
  }

  @Test
  void rejectedAndADeadLetter() throws Exception {
    ObjectNode request = request("wrong", 10);
    image(request, "cat", 3).remove("url");
    send(request);

    assertThat(outcome("wrong").type()).isEqualTo(Event.Type.REJECTED);
    assertThat(outcome("wrong").failures())
        .extracting(failure -> Objects.requireNonNull(failure.location()).pointer())
        .containsExactly("/labels/cat/3/url");
    send("no request".getBytes(UTF_8));
    send("{\"forget\": {\"requestId\": \"f-2\", \"userId\": \"\"}}".getBytes(UTF_8));
    await("dead letters").atMost(PATIENCE).until(() -> DEAD_LETTERS.size() == 3);
    assertThat(outcome("f-2").type()).isEqualTo(Event.Type.REJECTED);
    assertThat(outcome("f-2").error())
        .isEqualTo(
            new Event.ErrorInfo(
                FailureCode.INVALID_REQUEST,
                "Invalid request: /forget/userId: must be at least 1 characters long"));
  }

  @Test
  void aRequestThatComesAgainIsToldItsOutcomeAgain() throws Exception {
    ObjectNode request = request("again", 10);
    send(request);
    Event first = outcome("again");
    send(request);

    await("the same outcome")
        .atMost(PATIENCE)
        .until(() -> EVENTS.stream().filter(first::equals).count() == 2);
    assertThat(types("again")).containsOnlyOnce(Event.Type.ACCEPTED);
    assertThat(servers.names()).containsOnlyOnce("My pets_again");
  }

  private ObjectNode request(String id, int images) {
    return request(id, images, List.of("cat", "dog"));
  }

  private ObjectNode request(String id, int images, List<String> names) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    request.put("requestId", id).put("projectId", "project-" + id).put("name", "My pets");
    ObjectNode labels = request.putObject("labels");
    for (String label : names) {
      ArrayNode pictures = labels.putArray(label);
      for (int i = 0; i < images; i++) {
        pictures
            .addObject()
            .put("type", "download")
            .put("imageid", label + "-" + i)
            .put("url", "%s/picture/%s/%d/%d".formatted(servers.url(), id, labels.size(), i));
      }
    }
    request.putObject("deliverTo").putObject("watson").putArray("credentials").add("class-7");
    return request;
  }

  private static ObjectNode image(ObjectNode request, String label, int index) {
    return (ObjectNode) ((ArrayNode) request.at("/labels/" + label)).get(index);
  }

  private void send(ObjectNode request) throws Exception {
    send(Json.MAPPER.writeValueAsBytes(request));
  }

  private void send(byte[] message) {
    REQUESTS.add(
        new RawRequest(
            "requests",
            0,
            offset.getAndIncrement(),
            Instant.parse("2026-01-02T03:04:05Z"),
            null,
            message,
            List.of()));
  }

  private static Event outcome(String requestId) {
    await("the outcome of " + requestId)
        .atMost(PATIENCE)
        .until(() -> types(requestId).stream().anyMatch(Event.Type::isOutcome));
    return events(requestId).filter(event -> event.type().isOutcome()).findFirst().orElseThrow();
  }

  private static List<Event.Type> types(String requestId) {
    return events(requestId).map(Event::type).toList();
  }

  private static List<Integer> progress(String requestId) {
    return events(requestId)
        .filter(event -> event.type() == Event.Type.PROGRESS)
        .map(event -> event.images().done())
        .toList();
  }

  private static Stream<Event> events(String requestId) {
    return EVENTS.stream().filter(event -> event.requestId().equals(requestId));
  }

  private List<String> files(String requestId) throws Exception {
    try (Stream<Path> files = Files.list(archives.resolve(requestId))) {
      return files
          .map(file -> Objects.requireNonNull(file.getFileName()).toString())
          .sorted()
          .toList();
    }
  }

  /** What a test puts into a queue. */
  private static <T> Source<T, ?, ?> queue(Class<T> type, GeneratorFunction<Long, T> take) {
    return new DataGeneratorSource<>(take, Long.MAX_VALUE, TypeInformation.of(type));
  }

  /** Hands what is written to a test. */
  private record Collecting<T>(SerializableConsumer<T> written) implements Sink<T> {

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
      return new SinkWriter<>() {
        @Override
        public void write(T element, Context ignored) {
          written.accept(element);
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
      };
    }
  }

  private interface SerializableConsumer<T> extends Consumer<T>, Serializable {}
}
