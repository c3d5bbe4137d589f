package io.github.satchel.operator.wake;

import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Suspends the job once nothing has been written to its topics for a while, and resumes it when a
 * request waits that it has not read. What it does not know after a restart, it sees again.
 */
public final class WakeController {

  private static final Logger LOG = LoggerFactory.getLogger(WakeController.class);

  private final Consumer<?, ?> consumer;
  private final String requests;
  private final String results;
  private final Deployment deployment;
  private final Duration idleAfter;
  private final Clock clock;

  private Map<TopicPartition, Long> ends = Map.of();
  private Instant quietSince;

  /**
   * A controller.
   *
   * @param consumer of the job's group, which it never joins; stays the caller's
   * @param idleAfter how long nothing has been written when the job is suspended; longer than
   *     {@code request.max-deadline}, within which every request that was read says something
   */
  public WakeController(
      Consumer<?, ?> consumer,
      String requests,
      String results,
      Deployment deployment,
      Duration idleAfter,
      Clock clock) {
    this.consumer = consumer;
    this.requests = requests;
    this.results = results;
    this.deployment = deployment;
    this.idleAfter = idleAfter;
    this.clock = clock;
    quietSince = clock.instant();
  }

  /**
   * Looks once, and does what is to be done.
   *
   * @throws KafkaException if Kafka does not answer
   */
  public void look() throws IOException, InterruptedException {
    Set<TopicPartition> all =
        Stream.of(requests, results)
            .flatMap(topic -> partitions(topic).stream())
            .collect(Collectors.toSet());
    if (!consumer.assignment().equals(all)) {
      consumer.assign(all); // it warns of offsets of others
    }
    long waiting = waiting();
    boolean suspended = deployment.isSuspended();
    Map<TopicPartition, Long> seen = ends;
    ends = consumer.endOffsets(all);
    if (suspended || !ends.equals(seen)) {
      quietSince = clock.instant();
    }
    if (suspended && waiting > 0) {
      LOG.info("{} requests are waiting; resuming the job", waiting);
      deployment.resume();
    } else if (!suspended && waiting == 0 && quietSince.plus(idleAfter).isBefore(clock.instant())) {
      LOG.info("Nothing has been written since {}; suspending the job", quietSince);
      deployment.suspend();
    }
  }

  /**
   * Requests that the job has not read. It commits its position with each checkpoint, also with the
   * savepoint that it is suspended with.
   */
  public long waiting() {
    Set<TopicPartition> partitions = partitions(requests);
    Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions);
    long waiting = 0;
    for (Map.Entry<TopicPartition, Long> end : consumer.endOffsets(partitions).entrySet()) {
      OffsetAndMetadata position = committed.get(end.getKey());
      long begin = Objects.requireNonNull(first.get(end.getKey()));
      waiting += end.getValue() - Math.max(begin, position == null ? begin : position.offset());
    }
    return waiting;
  }

  private Set<TopicPartition> partitions(String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(each -> new TopicPartition(topic, each.partition()))
        .collect(Collectors.toSet());
  }

  /**
   * Looks every five seconds, until it is ended.
   *
   * @param args the job's configuration file, the deployment's name, and after how many minutes
   *     without a request or an event the job is suspended
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      System.err.println("Usage: WakeController CONFIG-FILE DEPLOYMENT IDLE-MINUTES");
      System.exit(64);
    }
    Configuration options = SatchelConfiguration.load(Path.of(args[0]), Map.of()).options();
    Map<String, Object> kafka = new HashMap<>(options.get(SatchelOptions.KAFKA_PROPERTIES));
    kafka.put(
        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
        options.get(SatchelOptions.KAFKA_BOOTSTRAP_SERVERS));
    kafka.put(ConsumerConfig.GROUP_ID_CONFIG, options.get(SatchelOptions.KAFKA_GROUP_ID));
    var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(kafka, bytes, bytes)) {
      var controller =
          new WakeController(
              consumer,
              options.get(SatchelOptions.KAFKA_REQUESTS_TOPIC),
              options.get(SatchelOptions.KAFKA_RESULTS_TOPIC),
              Deployment.inCluster(args[1]),
              Duration.ofMinutes(Long.parseLong(args[2])),
              Clock.systemUTC());
      while (true) {
        try {
          controller.look();
        } catch (IOException | KafkaException e) {
          LOG.warn("{}", e.getMessage());
        }
        Thread.sleep(5_000);
      }
    }
  }
}
