package io.github.satchel.testkit.kafka;

import io.github.satchel.testkit.tls.LocalCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A listener of {@link LocalKafka} as brokers in production have it: TLS, with a certificate that
 * only whoever is given it trusts, and users with passwords (SASL_SSL, SCRAM-SHA-512).
 */
public final class SecureListener {

  /** Who may do everything. */
  public static final String USER = "satchel";

  /** Who has a password and may do nothing. */
  public static final String STRANGER = "stranger";

  private static final String NAME = "SECURE";
  private static final int ITERATIONS = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);

  private final String bootstrapServers;
  private final LocalCertificates certificates;
  private final Path clientProperties;

  private SecureListener(String bootstrapServers, Path directory, LocalCertificates certificates) {
    this.bootstrapServers = bootstrapServers;
    this.certificates = certificates;
    clientProperties = directory.resolve("client.properties");
  }

  /** Makes what the broker and its clients need to have in files. */
  static SecureListener prepare(String bootstrapServers, Path directory)
      throws IOException, InterruptedException {
    var listener =
        new SecureListener(bootstrapServers, directory, LocalCertificates.prepare(directory));
    StringBuilder properties = new StringBuilder();
    listener
        .clientProperties(USER, password(USER))
        .forEach((key, value) -> properties.append(key).append('=').append(value).append('\n'));
    Files.writeString(listener.clientProperties, properties);
    return listener;
  }

  /** {@code host:port} for clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** What clients have to trust, PEM. */
  public Path certificate() {
    return certificates.authority();
  }

  /** A file of properties for clients, of {@link #USER}. */
  public Path clientProperties() {
    return clientProperties;
  }

  /** The password of a user, as it is. */
  public static String password(String user) {
    return "local-password-of-" + user;
  }

  /** Properties of a client, by key. */
  public Map<String, String> clientProperties(String user, String password) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("bootstrap.servers", bootstrapServers);
    properties.put("security.protocol", "SASL_SSL");
    properties.put("sasl.mechanism", "SCRAM-SHA-512");
    properties.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password));
    properties.put("ssl.truststore.type", "PEM");
    properties.put("ssl.truststore.location", certificate().toString());
    return properties;
  }

  /**
   * The job's settings for this listener, by dotted key. They hold no password: Kafka's clients
   * read it from {@link #clientProperties()}.
   */
  public Map<String, String> jobSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    clientProperties(USER, "")
        .forEach((key, value) -> settings.put("kafka.properties." + key, value));
    settings.remove("kafka.properties.bootstrap.servers");
    settings.put("kafka.bootstrap-servers", bootstrapServers);
    settings.put("kafka.properties.config.providers", "file");
    settings.put(
        "kafka.properties.config.providers.file.class",
        "org.apache.kafka.common.config.provider.FileConfigProvider");
    settings.put(
        "kafka.properties.sasl.jaas.config", "${file:" + clientProperties + ":sasl.jaas.config}");
    return settings;
  }

  /** Settings of the broker, beside those of its other listeners. */
  Map<String, String> brokerProperties() {
    return Map.of(
        "sasl.enabled.mechanisms",
        "SCRAM-SHA-512",
        "listener.name.secure.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "listener.name.secure.ssl.keystore.type",
        "PKCS12",
        "listener.name.secure.ssl.keystore.location",
        certificates.keyStore().toString(),
        "listener.name.secure.ssl.keystore.password",
        LocalCertificates.PASSWORD,
        "authorizer.class.name",
        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users",
        "User:ANONYMOUS;User:" + USER);
  }

  /** As the broker's setting {@code listeners} names it. */
  String listener() {
    return NAME + "://" + bootstrapServers;
  }

  /** As the broker's setting {@code listener.security.protocol.map} names it. */
  static String protocol() {
    return NAME + ":SASL_SSL";
  }

  /** Gives the users their passwords, and waits until the broker has heard of them. */
  static void createUsers(Admin admin) throws ExecutionException, InterruptedException {
    ScramCredentialInfo how = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS);
    List<UserScramCredentialAlteration> users =
        List.of(
            new UserScramCredentialUpsertion(USER, how, password(USER)),
            new UserScramCredentialUpsertion(STRANGER, how, password(STRANGER)));
    admin.alterUserScramCredentials(users).all().get();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!admin
        .describeUserScramCredentials()
        .users()
        .get()
        .containsAll(List.of(USER, STRANGER))) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no users within " + PATIENCE);
      }
      Thread.sleep(POLL.toMillis());
    }
  }
}
