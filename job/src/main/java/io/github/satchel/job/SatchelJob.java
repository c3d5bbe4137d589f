package io.github.satchel.job;

import io.github.satchel.connectors.training.CredentialsDecrypter;
import io.github.satchel.connectors.training.CredentialsDirectory;
import io.github.satchel.connectors.training.HttpEndpointDirectory;
import io.github.satchel.connectors.training.HttpEndpointResolver;
import io.github.satchel.connectors.training.HttpTrainerSink;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingSinkBuilder;
import io.github.satchel.connectors.training.WatsonSink;
import io.github.satchel.connectors.training.WatsonSinkBuilder;
import io.github.satchel.contract.Delivery;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.events.DeadLetterSerializer;
import io.github.satchel.job.events.EventSerializer;
import io.github.satchel.job.events.RawRequestDeserializer;
import io.github.satchel.job.events.RequestStatusDeserializer;
import io.github.satchel.job.fetch.FetchFunction;
import io.github.satchel.job.fetch.FetchSettings;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.resize.ResizeFunction;
import io.github.satchel.job.resize.ResizeSettings;
import io.github.satchel.job.trainer.PackedRequestConverter;
import io.github.satchel.job.trainer.TrainingEventSerializer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.IllegalConfigurationException;
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

  /** How long a broker holds back the answer that there is nothing new; what is new comes at once. */
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
    var events =
        new EventSerializer(
            options.get(SatchelOptions.KAFKA_RESULTS_TOPIC), maxContentBytes(options));
    Sink<TrainingEvent> trainingEvents = topic(options, new TrainingEventSerializer(events));
    HttpEndpointResolver endpoints = endpoints(options);
    new SatchelTopology(
            options,
            requests(options),
            statuses(options),
            new FetchFunction(FetchSettings.from(options)),
            new ResizeFunction(ResizeSettings.from(options), CacheSettings.from(options)),
            endpoints,
            watson(options, trainingEvents),
            http(options, endpoints, trainingEvents),
            topic(options, events),
            topic(
                options,
                new DeadLetterSerializer(
                    options.get(SatchelOptions.KAFKA_DEAD_LETTERS_TOPIC),
                    maxContentBytes(options))))
        .build(environment);
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

  private static Sink<PackedRequest> watson(Configuration options, Sink<TrainingEvent> events) {
    WatsonSinkBuilder<PackedRequest> sink =
        common(WatsonSink.<PackedRequest>builder(), Delivery.Kind.WATSON, options, events);
    decrypter(options).ifPresent(sink::setCredentialsDecrypter);
    return sink.setCredentialsResolver(
            new CredentialsDirectory(options.get(SatchelOptions.CREDENTIALS_DIR)))
        .setIamUrl(options.get(SatchelOptions.WATSON_IAM_URL))
        .setRestTime(options.get(SatchelOptions.WATSON_REST_TIME))
        .setMaxCallsPerKey(options.get(SatchelOptions.WATSON_MAX_CALLS_PER_KEY))
        .setDeleteAgainAfter(options.get(SatchelOptions.WATSON_DELETE_AGAIN_AFTER))
        .setFollow(options.get(SatchelOptions.WATSON_FOLLOW))
        .setFollowIntervals(
            options.get(SatchelOptions.WATSON_FOLLOW_INTERVAL),
            options.get(SatchelOptions.WATSON_FOLLOW_MAX_INTERVAL))
        .setFollowLimit(options.get(SatchelOptions.WATSON_FOLLOW_LIMIT))
        .build();
  }

  /**
   * What opens credentials that come in a request; empty if there is no key set.
   *
   * @throws IllegalConfigurationException if they could be used nowhere
   */
  static Optional<CredentialsDecrypter> decrypter(Configuration options) {
    String keySet = options.get(SatchelOptions.CREDENTIALS_KEY_SET);
    if (keySet == null) {
      return Optional.empty();
    }
    List<String> origins = options.get(SatchelOptions.CREDENTIALS_ALLOWED_ORIGINS);
    String key = SatchelOptions.CREDENTIALS_ALLOWED_ORIGINS.key();
    if (origins.isEmpty()) {
      throw new IllegalConfigurationException(
          key + ": empty, so that credentials.key-set is of no use; name at least one origin");
    }
    try {
      return Optional.of(new CredentialsDecrypter(keySet, origins));
    } catch (IllegalArgumentException e) {
      throw new IllegalConfigurationException(key + ": " + e.getMessage(), e);
    }
  }

  private static Sink<PackedRequest> http(
      Configuration options, HttpEndpointResolver endpoints, Sink<TrainingEvent> events) {
    return common(HttpTrainerSink.<PackedRequest>builder(), Delivery.Kind.HTTP, options, events)
        .setEndpointResolver(endpoints)
        .build();
  }

  private static <B extends TrainingSinkBuilder<PackedRequest, B>> B common(
      B sink, Delivery.Kind receiver, Configuration options, Sink<TrainingEvent> events) {
    return sink.setElementConverter(new PackedRequestConverter(receiver))
        .setEventSink(events)
        .setMaxConcurrentUploads(options.get(SatchelOptions.WATSON_MAX_UPLOADS))
        .setMaxUploadBytes(options.get(SatchelOptions.WATSON_MAX_UPLOAD_SIZE).getBytes())
        .setProgressInterval(options.get(SatchelOptions.WATSON_PROGRESS_INTERVAL))
        .setConnectTimeout(options.get(SatchelOptions.WATSON_CONNECT_TIMEOUT))
        .setResponseTimeout(options.get(SatchelOptions.WATSON_RESPONSE_TIMEOUT))
        .setIdleTimeout(options.get(SatchelOptions.WATSON_IDLE_TIMEOUT))
        .setUploadTimeout(options.get(SatchelOptions.WATSON_UPLOAD_TIMEOUT))
        .setMaxAttempts(options.get(SatchelOptions.WATSON_MAX_ATTEMPTS))
        .setKeepArchives(options.get(SatchelOptions.ARCHIVES_KEEP));
  }

  private static HttpEndpointResolver endpoints(Configuration options) {
    String directory = options.get(SatchelOptions.ENDPOINTS_DIR);
    return directory == null ? name -> Optional.empty() : new HttpEndpointDirectory(directory);
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
