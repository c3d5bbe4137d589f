package io.github.satchel.cli;

import io.github.satchel.contract.Topics;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that only talk to Kafka. */
final class KafkaOptions {

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      defaultValue = "${SATCHEL_BOOTSTRAP_SERVERS}",
      description =
          "Kafka brokers, separated by commas. Default: SATCHEL_BOOTSTRAP_SERVERS, or"
              + " bootstrap.servers in --config, or 127.0.0.1:9092.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "${SATCHEL_KAFKA_CONFIG}",
      description =
          "A file of Kafka client properties: security.protocol, sasl.mechanism,"
              + " sasl.jaas.config, ssl.truststore.location and so on. Default:"
              + " SATCHEL_KAFKA_CONFIG.")
  private @Nullable Path config;

  @Option(
      names = "--requests-topic",
      paramLabel = "TOPIC",
      defaultValue = "${SATCHEL_REQUESTS_TOPIC:-" + Topics.REQUESTS + "}",
      description = "(SATCHEL_REQUESTS_TOPIC, or " + Topics.REQUESTS + ").")
  private String requestsTopic;

  @Option(
      names = "--results-topic",
      paramLabel = "TOPIC",
      defaultValue = "${SATCHEL_RESULTS_TOPIC:-" + Topics.RESULTS + "}",
      description = "(SATCHEL_RESULTS_TOPIC, or " + Topics.RESULTS + ").")
  private String resultsTopic;

  KafkaAccess access() throws IOException {
    return KafkaAccess.of(bootstrapServers, config);
  }

  String requestsTopic() {
    return requestsTopic;
  }

  String resultsTopic() {
    return resultsTopic;
  }
}
