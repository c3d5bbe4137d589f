package io.github.satchel.local.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Makes Kafka clients, and says in one sentence what is wrong with Kafka and the way out. */
final class KafkaAccess {

  /** The most bytes of a message, which topics are created with. */
  static final int MAX_MESSAGE_BYTES = 8 << 20;

  private static final String DEFAULT_SERVERS = "127.0.0.1:9092";
  private static final int PATIENCE_MS = 10_000;

  private final String servers;
  private final Map<String, Object> properties;

  private KafkaAccess(String servers, Map<String, Object> properties) {
    this.servers = servers;
    this.properties = properties;
  }

  /**
   * Access as an operator describes it.
   *
   * @param servers null for those of the file, or of {@code satchel services}
   * @param config properties of Kafka clients, null for none
   */
  static KafkaAccess of(@Nullable String servers, @Nullable Path config) throws IOException {
    Map<String, Object> properties = new HashMap<>();
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 3 * PATIENCE_MS);
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, DEFAULT_SERVERS);
    if (config != null) {
      read(config).forEach((key, value) -> properties.put((String) key, value));
    }
    if (servers != null) {
      properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
    }
    return new KafkaAccess(
        String.valueOf(properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)), properties);
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
   * Makes sure that Kafka answers and has these topics.
   *
   * @throws IOException naming what is missing and the way out
   */
  void require(String... topics) throws IOException, InterruptedException {
    try (Admin admin = create(Admin::create)) {
      for (var topic : admin.describeTopics(List.of(topics)).topicNameValues().entrySet()) {
        try {
          topic.getValue().get();
        } catch (ExecutionException e) {
          throw e.getCause() instanceof UnknownTopicOrPartitionException
              ? missing(topic.getKey())
              : problem(e);
        }
      }
    }
  }

  private IOException missing(String topic) {
    return new IOException(
        "Kafka at "
            + servers
            + " has no topic "
            + topic
            + "; name another, or make it with: kafka-topics.sh --bootstrap-server "
            + servers
            + " --create --partitions 4 --config max.message.bytes="
            + MAX_MESSAGE_BYTES
            + " --topic "
            + topic);
  }

  /** A producer of messages of up to {@link #MAX_MESSAGE_BYTES}. */
  KafkaProducer<byte[], byte[]> producer() throws IOException {
    return create(
        settings -> {
          settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
          settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_MESSAGE_BYTES);
          settings.put(ProducerConfig.ACKS_CONFIG, "all");
          return new KafkaProducer<>(
              settings, new ByteArraySerializer(), new ByteArraySerializer());
        });
  }

  /** A consumer without a group: it leaves no trace. */
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
    } catch (RuntimeException e) { // whatever a wrong property leads to
      throw problem(e);
    }
  }

  /** What went wrong, as a sentence with the way out. */
  IOException problem(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof AuthenticationException)) {
      root = root.getCause();
    }
    String kafka = "Kafka at " + servers;
    String sentence;
    if (root instanceof RecordTooLargeException) {
      sentence =
          "The message is larger than "
              + kafka
              + " takes; raise max.message.bytes of the topic to "
              + MAX_MESSAGE_BYTES
              + " (more is not sent), or name fewer pictures";
    } else if (root instanceof AuthenticationException) {
      sentence =
          kafka
              + " refuses the log-in ("
              + root.getMessage()
              + "); --config holds security.protocol, sasl.* and ssl.*";
    } else if (root instanceof AuthorizationException) {
      sentence =
          kafka
              + " does not allow this ("
              + root.getMessage()
              + "); grant it, or name another user in --config";
    } else if (root instanceof TimeoutException) {
      sentence =
          kafka
              + " does not answer; is it running, and are --bootstrap-servers and the security settings of --config right?";
    } else if (root instanceof ConfigException) {
      sentence =
          "No Kafka client for "
              + servers
              + ": "
              + root.getMessage()
              + "; check --bootstrap-servers and --config";
    } else {
      sentence = kafka + ": " + root + "; check --bootstrap-servers and --config";
    }
    return new IOException(sentence, failure);
  }
}
