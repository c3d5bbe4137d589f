package io.github.satchel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads events as they arrive. */
final class ResultsReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ResultsReader.class);
  private static final Duration WAIT = Duration.ofMillis(200);

  /** A poll does not tell that a broker is gone; after this much silence Kafka is asked. */
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final KafkaAccess kafka;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private long heardAt = System.nanoTime();

  /**
   * Returns once the position in the topic is known.
   *
   * @param fromBeginning whether to start with the oldest event, else with the next one
   */
  ResultsReader(KafkaAccess kafka, String topic, boolean fromBeginning) throws IOException {
    this.kafka = kafka;
    consumer = kafka.consumer();
    try {
      partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      if (fromBeginning) {
        consumer.seekToBeginning(partitions);
      } else {
        consumer.seekToEnd(partitions);
      }
      partitions.forEach(consumer::position); // seek now, not at the first poll
    } catch (KafkaException e) {
      consumer.close();
      throw kafka.problem(e);
    }
  }

  /**
   * Waits briefly for events.
   *
   * @throws IOException if the connection to Kafka is lost
   */
  List<JsonNode> read() throws IOException, InterruptedException {
    try {
      List<JsonNode> events = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> message : consumer.poll(WAIT)) {
        add(message, events);
      }
      if (!events.isEmpty()) {
        heardAt = System.nanoTime();
      } else if (System.nanoTime() - heardAt > SILENCE.toNanos()) {
        consumer.endOffsets(partitions);
        heardAt = System.nanoTime();
      }
      return events;
    } catch (InterruptException e) {
      throw (InterruptedException) new InterruptedException().initCause(e);
    } catch (KafkaException e) {
      throw kafka.problem(e);
    }
  }

  private static void add(ConsumerRecord<byte[], byte[]> message, List<JsonNode> events) {
    try {
      JsonNode event = Json.MAPPER.readTree(message.value());
      if (event.path("type").isTextual() && event.path("requestId").isTextual()) {
        events.add(event);
        return;
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.debug("Not JSON", e);
    }
    LOG.warn("Not an event: {}-{}@{}", message.topic(), message.partition(), message.offset());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
