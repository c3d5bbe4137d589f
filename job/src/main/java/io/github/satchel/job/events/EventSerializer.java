package io.github.satchel.job.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.job.model.Event;
import io.github.satchel.job.model.Json;
import java.io.UncheckedIOException;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as JSON, key {@code projectId}, header {@code requestId}. An event that would be
 * larger than a message may be lists as many failures as fit; its {@code images} still count all.
 */
public final class EventSerializer implements KafkaRecordSerializationSchema<Event> {

  private final String topic;
  private final int maxBytes;

  /**
   * @param maxBytes largest JSON text written
   */
  public EventSerializer(String topic, int maxBytes) {
    this.topic = topic;
    this.maxBytes = maxBytes;
  }

  @Override
  public ProducerRecord<byte @Nullable [], byte[]> serialize(
      Event event, KafkaSinkContext context, @Nullable Long timestamp) {
    byte[] json = json(event);
    for (int listed = event.failures().size(); json.length > maxBytes && listed > 0; ) {
      listed /= 2;
      json = json(event.withFailures(event.failures().subList(0, listed)));
    }
    byte[] key = event.projectId() == null ? null : event.projectId().getBytes(UTF_8);
    var record = new ProducerRecord<byte @Nullable [], byte[]>(topic, key, json);
    record.headers().add("requestId", event.requestId().getBytes(UTF_8));
    return record;
  }

  private static byte[] json(Event event) {
    try {
      return Json.MAPPER.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("an event is always JSON", e);
    }
  }
}
