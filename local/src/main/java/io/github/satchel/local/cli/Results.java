package io.github.satchel.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.job.model.Event;
import io.github.satchel.job.model.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Follows the results topic from its end on, in a thread of its own. */
final class Results implements AutoCloseable {

  /**
   * An event as it was read.
   *
   * @param json the message
   * @param event the same, typed
   * @param readAt nanoseconds of {@link System#nanoTime}
   */
  record Result(JsonNode json, Event event, long readAt) {}

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Consumer<Result> listener;
  private final Thread thread;
  private final AtomicBoolean closing = new AtomicBoolean();

  /**
   * Finds the end of the topic, from which {@link #start} reads.
   *
   * @param listener called with each event, in one thread
   */
  Results(String bootstrapServers, String topic, Consumer<Result> listener) {
    this.listener = listener;
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                50),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream().map(Results::partition).toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position); // seeks now, not at the first poll
    thread = new Thread(this::follow, "satchel-results");
    thread.setDaemon(true);
  }

  /** Starts to read. */
  void start() {
    thread.start();
  }

  private static TopicPartition partition(PartitionInfo info) {
    return new TopicPartition(info.topic(), info.partition());
  }

  private void follow() {
    try (consumer) {
      while (!closing.get()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          listener.accept(read(record.value()));
        }
      }
    }
  }

  private static Result read(byte[] message) {
    try {
      return new Result(
          Json.MAPPER.readTree(message),
          Json.MAPPER.readValue(message, Event.class),
          System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException("an event is always JSON", e);
    }
  }

  @Override
  public void close() {
    closing.set(true);
    try {
      thread.join(Duration.ofSeconds(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
