package io.github.satchel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Reads the dead-letter topic, from its beginning to its current end. */
final class DeadLetters {

  private static final String HEADER_PREFIX = "satchel-";
  private static final Duration WAIT = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * What a list shows of a dead letter.
   *
   * @param offset its place in the topic of dead letters, PARTITION@OFFSET
   * @param bytes size of the message, 0 if the dead letter does not contain it
   * @param requestId null if none can be read
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Letter(String offset, Instant at, int bytes, @Nullable String requestId, String reason) {

    static Letter of(ConsumerRecord<byte[], byte[]> message) {
      Header reason = message.headers().lastHeader(HEADER_PREFIX + "reason");
      return new Letter(
          message.partition() + "@" + message.offset(),
          Instant.ofEpochMilli(message.timestamp()),
          message.value() == null ? 0 : message.value().length,
          requestId(message.value()),
          reason == null ? "" : new String(reason.value(), UTF_8));
    }

    private static @Nullable String requestId(byte @Nullable [] value) {
      try {
        JsonNode json = value == null ? null : Json.MAPPER.readTree(value);
        return json == null ? null : json.path("requestId").textValue();
      } catch (IOException e) {
        return null;
      }
    }
  }

  private final KafkaAccess kafka;
  private final String topic;

  DeadLetters(KafkaAccess kafka, String topic) {
    this.kafka = kafka;
    this.topic = topic;
  }

  /** Passes on every dead letter, one partition after another, in order. */
  void forEach(Consumer<ConsumerRecord<byte[], byte[]>> action) throws IOException {
    try (KafkaConsumer<byte[], byte[]> consumer = kafka.consumer()) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      for (TopicPartition partition : partitions) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        read(consumer, partition, requireNonNull(ends.get(partition)), action);
      }
    } catch (KafkaException e) {
      throw kafka.problem(e);
    }
  }

  private static void read(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long end,
      Consumer<ConsumerRecord<byte[], byte[]>> action) {
    long heardAt = System.nanoTime();
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> message : consumer.poll(WAIT)) {
        if (message.offset() < end) {
          action.accept(message);
        }
        heardAt = System.nanoTime();
      }
      if (System.nanoTime() - heardAt > PATIENCE.toNanos()) {
        throw new TimeoutException("no messages from " + partition);
      }
    }
  }

  /** The original message of a dead letter, without the headers that the job added. */
  static ProducerRecord<byte[], byte[]> original(
      ConsumerRecord<byte[], byte[]> letter, String requestsTopic) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : letter.headers()) {
      if (!header.key().startsWith(HEADER_PREFIX)) {
        headers.add(header);
      }
    }
    return new ProducerRecord<>(requestsTopic, null, letter.key(), letter.value(), headers);
  }
}
