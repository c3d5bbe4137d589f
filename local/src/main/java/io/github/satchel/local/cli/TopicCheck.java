package io.github.satchel.local.cli;

import io.github.satchel.job.SatchelOptions;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Tells before the start what would otherwise be a job that restarts for ever. */
final class TopicCheck {

  private static final int TIMEOUT_MS = 10_000;

  private static final List<ConfigOption<String>> TOPICS =
      List.of(
          SatchelOptions.KAFKA_REQUESTS_TOPIC,
          SatchelOptions.KAFKA_RESULTS_TOPIC,
          SatchelOptions.KAFKA_DEAD_LETTERS_TOPIC);

  private TopicCheck() {}

  /**
   * Makes sure that Kafka answers and has the topics.
   *
   * @throws IOException naming what is missing and how to make it
   */
  static void require(Configuration options) throws IOException, InterruptedException {
    String servers = options.get(SatchelOptions.KAFKA_BOOTSTRAP_SERVERS);
    Map<String, Object> properties = new HashMap<>(options.get(SatchelOptions.KAFKA_PROPERTIES));
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    properties.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    Set<String> existing;
    try (Admin admin = Admin.create(properties)) {
      existing = admin.listTopics().names().get();
    } catch (ExecutionException e) {
      throw new IOException(
          "Kafka at "
              + servers
              + " does not answer ("
              + e.getCause()
              + "); "
              + SatchelOptions.KAFKA_BOOTSTRAP_SERVERS.key()
              + " says where it is",
          e);
    }
    List<String> missing =
        TOPICS.stream().map(options::get).filter(topic -> !existing.contains(topic)).toList();
    if (!missing.isEmpty()) {
      throw new IOException(
          "Kafka at "
              + servers
              + " has no topic "
              + String.join(", ", missing)
              + "; make each with: kafka-topics.sh --bootstrap-server "
              + servers
              + " --create --partitions 4 --config max.message.bytes=8388608 --topic NAME");
    }
  }
}
