package io.github.satchel.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * An event that was read.
 *
 * @param message the Kafka record
 * @param json its value
 * @param event its value as a record
 * @param readAt nanoseconds of {@link System#nanoTime}
 */
public record Result(
    ConsumerRecord<byte[], byte[]> message, JsonNode json, Event event, long readAt) {

  /** Reads a message of the results topic. */
  public static Result of(ConsumerRecord<byte[], byte[]> message) {
    try {
      return new Result(
          message,
          Json.MAPPER.readTree(message.value()),
          Json.MAPPER.readValue(message.value(), Event.class),
          System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException("an event is always JSON", e);
    }
  }
}
