package io.github.satchel.testkit.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.cli.KafkaAccess;
import io.github.satchel.cli.Satchel;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Topics;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.Yaml;
import io.github.satchel.standalone.Standalone;
import io.github.satchel.testing.Patience;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.FlinkCluster;
import io.github.satchel.testkit.kafka.SecureListener;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.IOUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The job on a cluster and the command line, with a broker that wants TLS and a password. */
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class KafkaSecurityIT {

  private static final String PASSWORD = SecureListener.password(SecureListener.USER);

  /** What a command that cannot have an answer may take, on a busy machine. */
  private static final Duration BOUND = Duration.ofSeconds(30);

  /** May do what docs/security.md says that it needs, and so may {@link #SITE}. */
  private static final String JOB = "job";

  private static final String SITE = "site";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Path directory;
  private LocalServices services;
  private SecureListener kafka;
  private FlinkCluster flink;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    this.directory = directory;
    services = LocalServices.builder(directory.resolve("services")).secureKafka(0).start();
    kafka = services.kafka().secure().orElseThrow();
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", services.kafka().bootstrapServers()))) {
      addUser(admin, JOB);
      allow(admin, JOB, ResourceType.TOPIC, Topics.REQUESTS, AclOperation.READ);
      allow(admin, JOB, ResourceType.TOPIC, Topics.RESULTS, AclOperation.READ);
      allow(admin, JOB, ResourceType.TOPIC, Topics.RESULTS, AclOperation.WRITE);
      allow(admin, JOB, ResourceType.TOPIC, Topics.DEAD_LETTERS, AclOperation.WRITE);
      allow(admin, JOB, ResourceType.GROUP, "satchel", AclOperation.READ);
      addUser(admin, SITE);
      allow(admin, SITE, ResourceType.TOPIC, Topics.REQUESTS, AclOperation.WRITE);
      allow(admin, SITE, ResourceType.TOPIC, Topics.RESULTS, AclOperation.READ);
      allow(admin, SITE, ResourceType.TOPIC, Topics.DEAD_LETTERS, AclOperation.READ);
    }
    flink =
        FlinkCluster.create(
            Path.of("../docker/target/flink"),
            directory.resolve("flink"),
            SatchelConfiguration.of(settings()),
            new Configuration());
    flink.startJobManager();
    flink.startTaskManager();
    flink.awaitServing();
  }

  @AfterAll
  void stop() throws Exception {
    IOUtils.closeAll(flink, services);
  }

  @Test
  void aRequestIsServedFollowedAndReplayedOverTlsWithAPassword() throws Exception {
    Path request = request("secured");
    String config =
        clientFile(kafka.clientProperties(SITE, SecureListener.password(SITE))).toString();

    assertThat(execute("submit", request.toString(), "--config", config)).isZero();
    assertThat(out.toString()).contains("accepted", "uploaded 20/20");
    assertThat(err.toString()).isEmpty();

    assertThat(watch("--config", config, "--from-beginning")).contains("secured  uploaded");

    try (var producer = KafkaAccess.of(null, Path.of(config)).producer()) {
      producer.send(new ProducerRecord<>(Topics.REQUESTS, "no request".getBytes(UTF_8))).get();
    }
    await()
        .untilAsserted(
            () -> {
              assertThat(execute("replay", "--config", config)).isZero();
              assertThat(out.toString()).contains("not JSON");
            });
    assertThat(execute("replay", "--config", config, "--all", "--yes")).isZero();
    assertThat(err.toString()).contains("1 written to training-requests");
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "watch", "replay", "run"})
  void aWrongPasswordIsOneSentence(String command) throws Exception {
    refused(
        command,
        kafka.clientProperties(SecureListener.USER, "wrong-password"),
        "Kafka at " + kafka.bootstrapServers() + " rejects the login",
        "invalid credentials with SASL mechanism SCRAM-SHA-512");
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "watch", "replay", "run"})
  void aCertificateThatIsNotTrustedIsOneSentence(String command) throws Exception {
    Map<String, String> properties = kafka.clientProperties(SecureListener.USER, PASSWORD);
    properties.remove("ssl.truststore.type");
    properties.remove("ssl.truststore.location");
    refused(
        command,
        properties,
        "The TLS connection to Kafka at " + kafka.bootstrapServers() + " failed",
        "unable to find valid certification path",
        "ssl.truststore.location");
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "run"})
  void aClientWithoutTlsIsOneSentence(String command) throws Exception {
    refused(
        command,
        impatient(Map.of("bootstrap.servers", kafka.bootstrapServers())),
        "Kafka at " + kafka.bootstrapServers() + " does not respond",
        "security settings");
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "run"})
  void tlsToAListenerWithoutItIsOneSentence(String command) throws Exception {
    Map<String, String> properties = kafka.clientProperties(SecureListener.USER, PASSWORD);
    properties.put("bootstrap.servers", services.kafka().bootstrapServers());
    refused(
        command,
        impatient(properties),
        "Kafka at " + services.kafka().bootstrapServers() + " does not respond",
        "security settings");
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "watch", "replay", "run"})
  void aUserWhoMayNothingIsOneSentence(String command) throws Exception {
    String stranger = SecureListener.STRANGER;
    refused(
        command,
        kafka.clientProperties(stranger, SecureListener.password(stranger)),
        "Kafka at " + kafka.bootstrapServers() + " does not permit this",
        "Not authorized to access topics: [",
        "training-",
        "grant the permission");
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "run"})
  void aFileThatIsNotThereIsOneSentence(String command) throws Exception {
    Map<String, String> properties = kafka.clientProperties(SecureListener.USER, PASSWORD);
    properties.put("ssl.truststore.location", "/nowhere/ca.pem");
    refused(command, properties, kafka.bootstrapServers(), "/nowhere/ca.pem");

    properties = kafka.clientProperties(SecureListener.USER, PASSWORD);
    properties.put("config.providers", "file");
    properties.put(
        "config.providers.file.class",
        "org.apache.kafka.common.config.provider.FileConfigProvider");
    properties.put("sasl.jaas.config", "${file:/nowhere/client.properties:sasl.jaas.config}");
    refused(command, properties, kafka.bootstrapServers(), "/nowhere/client.properties");
  }

  @Test
  void thePasswordStaysInItsFile() throws Exception {
    List<String> said = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory.resolve("flink"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        said.add(Files.readString(file, ISO_8859_1));
      }
    }
    assertThat(said).anyMatch(each -> each.contains("SCRAM-SHA-512"));
    assertThat(said).noneMatch(each -> each.contains(SecureListener.password(JOB)));
  }

  private Map<String, String> settings() throws Exception {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    settings.putAll(shippedForKubernetes());
    return settings;
  }

  private static void addUser(Admin admin, String user) throws Exception {
    ScramCredentialInfo how = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
    admin
        .alterUserScramCredentials(
            List.of(new UserScramCredentialUpsertion(user, how, SecureListener.password(user))))
        .all()
        .get();
  }

  private static void allow(
      Admin admin, String user, ResourceType type, String name, AclOperation operation)
      throws Exception {
    var entry = new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW);
    var resource = new ResourcePattern(type, name, PatternType.LITERAL);
    admin.createAcls(List.of(new AclBinding(resource, entry))).all().get();
  }

  /** What the manifests say about Kafka, with the Secret that they mount. */
  private Map<String, String> shippedForKubernetes() throws Exception {
    Path secret = Files.createDirectory(directory.resolve("secret"));
    Files.copy(kafka.certificate(), secret.resolve("ca.crt"));
    Files.writeString(
        secret.resolve("sasl.jaas.config"),
        kafka.clientProperties(JOB, SecureListener.password(JOB)).get("sasl.jaas.config") + "\n");
    Map<String, String> settings = new HashMap<>();
    try (InputStream in =
        Files.newInputStream(Path.of("../k8s-operator/overlays/prod/satchel.yaml"))) {
      Yaml.read(in, "satchel.yaml")
          .forEach(
              (key, value) -> {
                if (key.startsWith("kafka.properties.")) {
                  settings.put(key, value.replace("/etc/satchel/kafka", secret.toString()));
                }
              });
    }
    assertThat(settings).containsEntry("kafka.properties.security.protocol", "SASL_SSL");
    return settings;
  }

  /** A command ends soon, with one sentence that holds these parts. */
  private void refused(String command, Map<String, String> client, String... parts)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    if (command.equals("run")) {
      arguments.addAll(List.of("--config", jobFile(client).toString()));
    } else {
      if (command.equals("submit")) {
        arguments.add(request("refused").toString());
      }
      arguments.addAll(List.of("--config", clientFile(client).toString()));
    }
    long start = System.nanoTime();

    assertThat(execute(arguments.toArray(String[]::new))).isEqualTo(1);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    assertThat(err.toString().strip())
        .hasLineCount(1)
        .contains(parts)
        .contains(command.equals("run") ? "kafka.properties" : "--config")
        .doesNotContain(PASSWORD, "wrong-password");
    assertThat(out.toString()).isEmpty();
  }

  /** Where there is no answer at all, clients give up sooner than they would. */
  private static Map<String, String> impatient(Map<String, String> properties) {
    Map<String, String> impatient = new HashMap<>(properties);
    impatient.put("default.api.timeout.ms", "1500");
    impatient.put("request.timeout.ms", "1500");
    return impatient;
  }

  private Path clientFile(Map<String, String> properties) throws Exception {
    StringBuilder lines = new StringBuilder();
    properties.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    return Files.writeString(
        Files.createTempFile(directory, "client", ".properties"), lines.toString());
  }

  private Path jobFile(Map<String, String> properties) throws Exception {
    Map<String, String> settings = new HashMap<>(JobSettings.of(services.endpoints()));
    properties.forEach(
        (key, value) -> settings.put("kafka.properties." + key, value.replace("\"", "\\\"")));
    settings.put("kafka.bootstrap-servers", properties.getOrDefault("bootstrap.servers", ""));
    settings.remove("kafka.properties.bootstrap.servers");
    Path file = Files.createTempFile(directory, "satchel", ".yaml");
    JobSettings.write(settings, file);
    return file;
  }

  private Path request(String id) throws Exception {
    RequestBuilder request = new RequestBuilder(id, "project-" + id, "pupil", "Pets");
    for (int i = 0; i < 20; i++) {
      request.download(i < 10 ? "cat" : "dog", "image-" + i, services.pictures().pictureUrl(i));
    }
    return Files.writeString(
        directory.resolve(id + ".json"), request.watson("pool-1").json().toString());
  }

  private String watch(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("watch"));
    arguments.addAll(List.of(options));
    FutureTask<Integer> command = new FutureTask<>(() -> execute(arguments.toArray(String[]::new)));
    Thread thread = new Thread(command, "satchel-command");
    thread.setDaemon(true);
    thread.start();
    await().until(() -> out.toString().contains("uploaded"));
    thread.interrupt();
    command.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    return out.toString();
  }

  private int execute(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine commandLine =
        arguments[0].equals("run") ? Standalone.commandLine() : Satchel.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
