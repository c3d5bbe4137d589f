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
      description = "Kafka brokers, separated by commas. Default: 127.0.0.1:9092.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A file of Kafka client properties: security.protocol, sasl.mechanism,"
              + " sasl.jaas.config, ssl.truststore.location and so on.")
  private @Nullable Path config;

  @Option(
      names = "--requests-topic",
      paramLabel = "TOPIC",
      defaultValue = Topics.REQUESTS,
      description = "(${DEFAULT-VALUE})")
  private String requestsTopic;

  @Option(
      names = "--results-topic",
      paramLabel = "TOPIC",
      defaultValue = Topics.RESULTS,
      description = "(${DEFAULT-VALUE})")
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
