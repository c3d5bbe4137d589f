package io.github.satchel.testkit.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWK;
import io.github.satchel.client.KeySetFile;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.Topics;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.kafka.SecureListener;
import io.github.satchel.testkit.watson.Fault;
import io.github.satchel.testkit.watson.WatsonEmulator;
import io.github.satchel.trainer.api.CallKind;
import io.github.satchel.trainer.api.Key;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Looks for every key, token and password of a job wherever the job writes, with its log at DEBUG.
 */
class SecretsIT {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Parts that every key, token and header of the stand-ins has. */
  private static final Pattern SECRETS =
      Pattern.compile(
          String.join(
              "|",
              "local-key-of-pool",
              "local-token-",
              base64Start("apikey:local-key-of-pool"),
              "satchel-local-secret",
              "local-secret-of-receiver",
              "local-password-of-",
              "(?i:authorization[\": ]+(bearer|basic))"));

  @TempDir private Path directory;

  /** What is in the topic of requests. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @Test
  void noKeyOrTokenIsInALogAnEventASavepointOrAMetric() throws Exception {
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services"))
                .secureKafka(0)
                .watsonKeys(2, 10)
                .start();
        Site site = new Site(services);
        TopicFollower requests =
            new TopicFollower(
                services.kafka().bootstrapServers(),
                Topics.REQUESTS,
                message -> asked.add(new String(message.value(), UTF_8)))) {
      requests.start();
      misbehave(services);
      Path work = Files.createDirectory(directory.resolve("work"));
      try (JobProcess job = start(services, work)) {
        site.send(request(services, "uploaded").watson("pool-1", "pool-2").json());
        site.send(request(services, "failed").watson("pool-1").json());
        site.send(request(services, "posted").http(WatsonEmulator.RECEIVER).json());
        assertThat(site.outcome("uploaded").event().type()).isEqualTo(Event.Type.UPLOADED);
        assertThat(site.outcome("failed").event().type()).isEqualTo(Event.Type.FAILED);
        assertThat(site.outcome("posted").event().type()).isEqualTo(Event.Type.UPLOADED);
        site.send(request(services, "encrypted").encrypted("class-7", jwe(services)).json());
        assertThat(site.outcome("encrypted").json().at("/classifier/credentials").textValue())
            .isEqualTo("class-7");
        site.send(request(services, "tampered").encrypted("class-8", tampered(services)).json());
        assertThat(site.outcome("tampered").event().failures())
            .singleElement()
            .extracting(Failure::message)
            .asString()
            .startsWith("The credentials class-8 were not accepted: it cannot be decrypted");
        int classifiers = services.watson().classifiers().size();
        String jwe = jwe(services);
        services.watson().failNextCreates("pool-2", new Fault.NoAnswer());
        site.send(request(services, "under-way").encrypted("class-7", jwe).json());
        await().until(() -> services.watson().classifiers().size() == classifiers + 1);

        FlinkRest flink = new FlinkRest(job.dashboard());
        String savepoint = flink.savepoint(work.resolve("savepoints").toUri().toString());

        StringBuilder saved = new StringBuilder();
        for (Path file : files(Path.of(URI.create(savepoint)))) {
          saved.append(contents(file));
        }
        assertThat(saved).contains("under-way", jwe);
        assertThat(contents(work.resolve("debug.log")).lines())
            .as("the log of the sink and of its client")
            .anyMatch(line -> line.contains("DEBUG org.apache.hc"))
            .anyMatch(line -> line.contains("INFO io.github.satchel.connectors"));
        Map<String, String> said = new TreeMap<>(saidByRest(flink));
        for (Path file : files(work)) {
          said.put(file.toString(), contents(file));
        }
        for (Path file : files(services.archivesDirectory())) {
          said.put(file.toString(), contents(file));
        }
        for (String id : site.requestIds()) {
          site.results(id)
              .forEach(
                  result ->
                      said.merge(id, new String(result.message().value(), UTF_8), String::concat));
        }
        said.put(Topics.REQUESTS, String.join("\n", asked));
        assertThat(said)
            .containsKeys("uploaded", "failed", "posted", "encrypted", "tampered", "under-way");
        assertThat(said.get(Topics.REQUESTS)).contains(jwe);
        assertThat(leaks(said)).isEmpty();
        String privateKey = key(services).toECKey().getD().toString();
        assertThat(said.values()).noneMatch(text -> text.contains(privateKey));
      }
    }
  }

  /** The key of pool-2, encrypted. */
  private static String jwe(LocalServices services) throws IOException {
    return KeySetFile.encrypt(
        key(services).toPublicJWK(),
        Files.readAllBytes(services.credentialsDirectory().resolve("pool-2.json")));
  }

  private static String tampered(LocalServices services) throws IOException {
    String jwe = jwe(services);
    int end = jwe.lastIndexOf('.') + 1;
    return jwe.substring(0, end) + "A".repeat(jwe.length() - end);
  }

  private static JWK key(LocalServices services) throws IOException {
    return new KeySetFile(LocalServices.keySet(services.credentialsDirectory())).keys().get(0);
  }

  /** Every way in which a secret comes into the hands of code that handles failures. */
  private static void misbehave(LocalServices services) {
    services.watson().setKeyState("pool-1", Key.State.BLOCKED);
    services.watson().failNext("pool-2", CallKind.TOKEN, new Fault.Status(503));
    services.watson().failNext("pool-2", CallKind.READ, new Fault.Status(401), new Fault.Dropped());
    services.watson().failNextCreates("pool-2", new Fault.ErrorObject(), new Fault.LostAnswer());
  }

  private JobProcess start(LocalServices services, Path work) throws IOException {
    SecureListener kafka = services.kafka().secure().orElseThrow();
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.putAll(kafka.jobSettings());
    settings.keySet().removeIf(key -> key.startsWith("kafka.properties.config.providers"));
    String jaas = "kafka.properties.sasl.jaas.config";
    settings.remove(jaas);
    Path configuration = directory.resolve("satchel.yaml");
    JobSettings.write(settings, configuration);
    String user = SecureListener.USER;
    Map<String, String> logIn =
        Map.of(
            jaas,
            requireNonNull(
                kafka
                    .clientProperties(user, SecureListener.password(user))
                    .get("sasl.jaas.config")));
    Path logging = directory.resolve("log4j2.properties");
    Files.writeString(
        logging,
        """
        rootLogger.level = debug
        rootLogger.appenderRef.file.ref = file
        appender.file.type = File
        appender.file.name = file
        appender.file.fileName = %s
        appender.file.layout.type = PatternLayout
        appender.file.layout.pattern = %%d %%p %%c [%%t] %%m%%n%%throwable
        """
            .formatted(work.resolve("debug.log")));
    return JobProcess.start(
        configuration, work, "output", logIn, "-Dlog4j2.configurationFile=" + logging);
  }

  private static RequestBuilder request(LocalServices services, String id) {
    RequestBuilder request = new RequestBuilder(id, "project-" + id, "pupil", "Pets");
    for (int i = 0; i < 20; i++) {
      request.download(i < 10 ? "cat" : "dog", "image-" + i, services.pictures().pictureUrl(i));
    }
    return request;
  }

  /** What Flink shows to anyone who can reach it: metrics, settings and failures. */
  private static Map<String, String> saidByRest(FlinkRest flink) throws Exception {
    String job = "/jobs/" + flink.findJob().orElseThrow();
    Map<String, String> said = new TreeMap<>();
    for (String path :
        List.of(
            job + "/config",
            job + "/exceptions",
            "/jobmanager/config",
            "/jobmanager/environment")) {
      HttpRequest request = HttpRequest.newBuilder(flink.address().resolve(path)).build();
      said.put(path, HTTP.send(request, BodyHandlers.ofString()).body());
    }
    for (FlinkRest.Vertex vertex : flink.vertices()) {
      // None, until the job manager has asked the task managers.
      List<String> metrics =
          await("metrics of " + vertex.name())
              .until(() -> flink.metricNames(vertex), names -> !names.isEmpty());
      said.put("metrics of " + vertex.name(), String.join("\n", metrics));
    }
    assertThat(said.values()).anyMatch(names -> names.contains("numRecordsSend"));
    return said;
  }

  /** By where they are, the lines that hold secrets, one for each place and kind. */
  private static List<String> leaks(Map<String, String> said) {
    return said.entrySet().stream()
        .flatMap(
            place ->
                SECRETS
                    .matcher(place.getValue())
                    .results()
                    .map(
                        leak ->
                            place.getKey()
                                + ": …"
                                + place
                                    .getValue()
                                    .substring(
                                        Math.max(0, leak.start() - 200),
                                        Math.min(place.getValue().length(), leak.end() + 20))))
        .limit(20)
        .toList();
  }

  /** All files but those that the job removes meanwhile. */
  private static List<Path> files(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return files;
  }

  private static String contents(Path file) throws IOException {
    try {
      return Files.readString(file, ISO_8859_1);
    } catch (NoSuchFileException e) {
      return ""; // of RocksDB, which has compacted it meanwhile
    }
  }

  /** The base64 of everything that starts like this. */
  private static String base64Start(String start) {
    String whole = start.substring(0, start.length() - start.length() % 3);
    return Base64.getEncoder().encodeToString(whole.getBytes(UTF_8));
  }
}
