package io.github.satchel.testkit.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
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
  private static final String ALIAS = "kafka";
  private static final String KEYS_PASSWORD = "local-password-of-keys";
  private static final int ITERATIONS = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);

  private final String bootstrapServers;
  private final Path keys;
  private final Path certificate;
  private final Path clientProperties;

  private SecureListener(String bootstrapServers, Path directory) {
    this.bootstrapServers = bootstrapServers;
    keys = directory.resolve("kafka.p12");
    certificate = directory.resolve("kafka.pem");
    clientProperties = directory.resolve("client.properties");
  }

  /** Makes what the broker and its clients need to have in files. */
  static SecureListener prepare(String bootstrapServers, Path directory)
      throws IOException, InterruptedException {
    var listener = new SecureListener(bootstrapServers, directory);
    if (!Files.exists(listener.keys)) {
      listener.makeKeys();
    }
    listener.writeCertificate();
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
    return certificate;
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
    properties.put("ssl.truststore.location", certificate.toString());
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
        keys.toString(),
        "listener.name.secure.ssl.keystore.password",
        KEYS_PASSWORD,
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

  private void makeKeys() throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "3650",
                "-dname",
                "CN=satchel-local-kafka",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                keys.toString(),
                "-storepass",
                KEYS_PASSWORD)
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool makes no certificate: " + output.strip());
    }
  }

  private void writeCertificate() throws IOException {
    try (InputStream in = Files.newInputStream(keys)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, KEYS_PASSWORD.toCharArray());
      Files.writeString(
          certificate,
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder(64, new byte[] {'\n'})
                  .encodeToString(store.getCertificate(ALIAS).getEncoded())
              + "\n-----END CERTIFICATE-----\n");
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificate in " + keys, e);
    }
  }
}
