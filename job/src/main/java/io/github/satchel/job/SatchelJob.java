package io.github.satchel.job;

import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.events.DeadLetterSerializer;
import io.github.satchel.job.events.EventSerializer;
import io.github.satchel.job.events.RawRequestDeserializer;
import io.github.satchel.job.events.RequestStatusDeserializer;
import io.github.satchel.job.fetch.FetchFunction;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.resize.ResizeFunction;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The job on a cluster: {@code --config FILE}, and {@code --key value} to override single settings.
 */
@SuppressWarnings("deprecation") // the connector has no other way yet to name the reset strategy
public final class SatchelJob {

  /** The job's name on the dashboard. */
  public static final String NAME = "satchel";

  private static final String CONFIG = "config";

  /** For keys, headers, what Kafka adds to a record, and compression that makes it larger. */
  private static final int MESSAGE_OVERHEAD = 64 * 1024;

  /**
   * How long writing waits for a Kafka that is away. Kafka's own default is one minute, after which
   * the sink's writer fails, and fails once more when it is closed: that ends the task manager.
   */
  private static final String MAX_KAFKA_OUTAGE_MS =
      String.valueOf(Duration.ofMinutes(10).toMillis());

  /**
   * How long a broker holds back the answer that there is nothing new; what is new comes at once.
   */
  private static final String IDLE_WAIT_MS = "5000";

  private SatchelJob() {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    build(environment, configuration(args).options());
    environment.execute(NAME);
  }

  /**
   * Adds the job to an environment.
   *
   * @param options settings as {@link SatchelConfiguration} checked them
   */
  public static void build(StreamExecutionEnvironment environment, Configuration options) {
    new SatchelTopology(options, kafka(options)).build(environment);
  }

  private static Ends kafka(Configuration options) {
    return new Ends(
        requests(options),
        statuses(options),
        new FetchFunction(FetchSettings.from(options)),
        new ResizeFunction(ResizeSettings.from(options), CacheSettings.from(options)),
        topic(
            options,
            new EventSerializer(
                options.get(SatchelOptions.KAFKA_RESULTS_TOPIC), maxContentBytes(options))),
        topic(
            options,
            new DeadLetterSerializer(
                options.get(SatchelOptions.KAFKA_DEAD_LETTERS_TOPIC), maxContentBytes(options))));
  }

  private static SatchelConfiguration configuration(String[] args)
      throws InvalidConfigurationException {
    Map<String, String> overrides = new HashMap<>(ParameterTool.fromArgs(args).toMap());
    String file = overrides.remove(CONFIG);
    return file == null
        ? SatchelConfiguration.of(overrides)
        : SatchelConfiguration.load(Path.of(file), overrides);
  }

  private static Source<RawRequest, ?, ?> requests(Configuration options) {
    return topic(
        options,
        SatchelOptions.KAFKA_REQUESTS_TOPIC,
        new RawRequestDeserializer(),
        OffsetResetStrategy.EARLIEST);
  }

  /** What was told before the job first ran is about nothing that it knows. */
  private static Source<RequestStatus, ?, ?> statuses(Configuration options) {
    return topic(
        options,
        SatchelOptions.KAFKA_RESULTS_TOPIC,
        new RequestStatusDeserializer(),
        OffsetResetStrategy.LATEST);
  }

  private static <T> Source<T, ?, ?> topic(
      Configuration options,
      ConfigOption<String> topicOption,
      KafkaRecordDeserializationSchema<T> deserializer,
      OffsetResetStrategy withoutOffset) {
    String topic = options.get(topicOption);
    String group = options.get(SatchelOptions.KAFKA_GROUP_ID);
    Properties properties = clientProperties(options);
    properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, IDLE_WAIT_MS);
    return KafkaSource.<T>builder()
        .setProperties(properties)
        .setProperty(
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            String.valueOf(maxMessageBytes(options)))
        .setGroupId(group)
        .setClientIdPrefix(group + "-" + topic)
        .setTopics(List.of(topic))
        .setStartingOffsets(OffsetsInitializer.committedOffsets(withoutOffset))
        .setDeserializer(deserializer)
        .build();
  }

  private static <T> Sink<T> topic(
      Configuration options, KafkaRecordSerializationSchema<T> serializer) {
    String bytes = String.valueOf(maxMessageBytes(options));
    Properties properties = clientProperties(options);
    properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_KAFKA_OUTAGE_MS);
    properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, MAX_KAFKA_OUTAGE_MS);
    return KafkaSink.<T>builder()
        .setKafkaProducerConfig(properties)
        .setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, bytes)
        .setProperty(
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            options.get(SatchelOptions.KAFKA_COMPRESSION).name)
        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .setRecordSerializer(serializer)
        .build();
  }

  private static Properties clientProperties(Configuration options) {
    Properties properties = new Properties();
    properties.putAll(options.get(SatchelOptions.KAFKA_PROPERTIES));
    properties.setProperty(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        options.get(SatchelOptions.KAFKA_BOOTSTRAP_SERVERS));
    return properties;
  }

  private static int maxMessageBytes(Configuration options) {
    return Math.toIntExact(options.get(SatchelOptions.KAFKA_MAX_MESSAGE_SIZE).getBytes());
  }

  private static int maxContentBytes(Configuration options) {
    return maxMessageBytes(options) - MESSAGE_OVERHEAD;
  }
}
