package io.github.satchel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Creates Kafka clients, and explains in one sentence what is wrong with Kafka and what to do. */
public final class KafkaAccess {

  /** Largest message in bytes; topics are created with it. */
  static final int MAX_MESSAGE_BYTES = 8 << 20;

  private static final String DEFAULT_SERVERS = "127.0.0.1:9092";
  private static final int PATIENCE_MS = 10_000;

  private final String servers;
  private final Map<String, Object> properties;
  private final Names names;

  /** The names of the settings that configure Kafka clients, for error messages. */
  private record Names(String servers, String properties) {}

  private KafkaAccess(Map<String, Object> properties, Names names) {
    this.servers = String.valueOf(properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
    this.properties = properties;
    this.names = names;
  }

  /**
   * Access as the job's settings describe it.
   *
   * @param given properties of Kafka clients, bootstrap.servers among them
   * @param serversKey the setting that names the servers, for whoever has to change it
   * @param propertiesKey the setting that holds the rest
   */
  public static KafkaAccess of(Map<String, String> given, String serversKey, String propertiesKey) {
    Map<String, Object> properties = patient();
    properties.putAll(given);
    return new KafkaAccess(properties, new Names(serversKey, propertiesKey));
  }

  /**
   * Access as the command line describes it.
   *
   * @param servers null for those of the file, or of {@code satchel services}
   * @param config properties of Kafka clients, null for none
   */
  public static KafkaAccess of(@Nullable String servers, @Nullable Path config) throws IOException {
    Map<String, Object> properties = patient();
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, DEFAULT_SERVERS);
    if (config != null) {
      read(config).forEach((key, value) -> properties.put((String) key, value));
    }
    if (servers != null) {
      properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
    }
    return new KafkaAccess(properties, new Names("--bootstrap-servers", "--config"));
  }

  private static Map<String, Object> patient() {
    Map<String, Object> properties = new HashMap<>();
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 3 * PATIENCE_MS);
    return properties;
  }

  private static Properties read(Path config) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(config, UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "Cannot read " + config + " (" + e + "); --config names a file of lines key=value", e);
    }
    return properties;
  }

  /**
   * Checks that Kafka responds and has these topics.
   *
   * @throws IOException saying what is missing and what to do
   */
  public void require(String... topics) throws IOException, InterruptedException {
    List<String> missing = new ArrayList<>();
    List<String> forbidden = new ArrayList<>();
    try (Admin admin = create(Admin::create)) {
      for (var topic : admin.describeTopics(List.of(topics)).topicNameValues().entrySet()) {
        try {
          topic.getValue().get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof UnknownTopicOrPartitionException) {
            missing.add(topic.getKey());
          } else if (e.getCause() instanceof TopicAuthorizationException) {
            forbidden.add(topic.getKey());
          } else {
            throw problem(e);
          }
        }
      }
    }
    if (!forbidden.isEmpty()) {
      throw problem(new TopicAuthorizationException(Set.copyOf(forbidden)));
    }
    if (!missing.isEmpty()) {
      throw new IOException(
          "Kafka at %s has no topic %s; name another one, or create it with: kafka-topics.sh --bootstrap-server %s --create --partitions 4 --config max.message.bytes=%d --topic %s"
              .formatted(
                  servers,
                  String.join(", ", missing),
                  servers,
                  MAX_MESSAGE_BYTES,
                  missing.size() == 1 ? missing.get(0) : "NAME"));
    }
  }

  /** A producer of messages of up to {@link #MAX_MESSAGE_BYTES}. */
  public KafkaProducer<byte[], byte[]> producer() throws IOException {
    return create(
        settings -> {
          settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
          settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_MESSAGE_BYTES);
          settings.put(ProducerConfig.ACKS_CONFIG, "all");
          return new KafkaProducer<>(
              settings, new ByteArraySerializer(), new ByteArraySerializer());
        });
  }

  /** Writes one message, and returns once Kafka has it. */
  void write(String topic, byte @Nullable [] key, byte[] message)
      throws IOException, InterruptedException {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      producer.send(new ProducerRecord<>(topic, key, message)).get();
    } catch (ExecutionException | KafkaException e) {
      throw problem(e);
    }
  }

  /** A consumer without a group; it commits no offsets. */
  KafkaConsumer<byte[], byte[]> consumer() throws IOException {
    return create(
        settings -> {
          settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
          settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
          return new KafkaConsumer<>(
              settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        });
  }

  private <T> T create(Function<Map<String, Object>, T> client) throws IOException {
    try {
      return client.apply(new HashMap<>(properties));
    } catch (RuntimeException e) { // of any kind, caused by a wrong property
      throw problem(e);
    }
  }

  /** What went wrong, as a sentence that says what to do. */
  IOException problem(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof SaslAuthenticationException)) {
      root = root.getCause();
    }
    return new IOException(sentence(root), failure);
  }

  private String sentence(Throwable root) {
    String kafka = "Kafka at " + servers;
    if (root instanceof RecordTooLargeException) {
      return "The message is larger than %s accepts; raise max.message.bytes of the topic (at most %d bytes are sent), or use fewer pictures"
          .formatted(kafka, MAX_MESSAGE_BYTES);
    }
    if (root instanceof AuthenticationException) {
      return "%s rejects the login (%s); check security.protocol, sasl.* and ssl.* in %s"
          .formatted(kafka, root.getMessage(), names.properties);
    }
    if (root instanceof AuthorizationException) {
      return "%s does not permit this (%s); grant the permission, or configure another user in %s"
          .formatted(kafka, root.getMessage(), names.properties);
    }
    if (root instanceof SSLException
        || root instanceof CertificateException
        || root instanceof CertPathBuilderException) {
      return "The TLS connection to %s failed: %s; check %s, and security.protocol, ssl.truststore.location and ssl.keystore.location in %s"
          .formatted(kafka, root.getMessage(), names.servers, names.properties);
    }
    if (root instanceof TimeoutException) {
      return "%s does not respond; check that it is running, and that %s and the security settings in %s are right"
          .formatted(kafka, names.servers, names.properties);
    }
    if (root instanceof ConfigException) {
      return "Cannot create a Kafka client for %s: %s; check %s and %s"
          .formatted(servers, root.getMessage(), names.servers, names.properties);
    }
    return "%s: %s; check %s and %s".formatted(kafka, root, names.servers, names.properties);
  }
}
