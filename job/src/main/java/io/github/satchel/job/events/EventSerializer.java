package io.github.satchel.job.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Json;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as JSON, key {@code projectId}, header {@code requestId} and those of a <a
 * href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">
 * CloudEvent in binary mode</a>. An event that would be larger than a message may be lists as many
 * failures and warnings as fit; its {@code images} still count all.
 */
public final class EventSerializer implements KafkaRecordSerializationSchema<Event> {

  /** Of a header, before the type of the event. */
  static final String TYPE_PREFIX = "io.github.satchel.training.";

  /** Name of a header, a CloudEvents extension: images that are done or failed. */
  static final String IMAGES_KNOWN = "ce_imagesknown";

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
    while (json.length > maxBytes && !(event.failures().isEmpty() && event.warnings().isEmpty())) {
      event = event.withFailures(half(event.failures())).withWarnings(half(event.warnings()));
      json = json(event);
    }
    byte[] key = event.projectId() == null ? null : event.projectId().getBytes(UTF_8);
    var record = new ProducerRecord<byte @Nullable [], byte[]>(topic, key, json);
    headers(event).forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
    return record;
  }

  private static <T> List<T> half(List<T> all) {
    return all.subList(0, all.size() / 2);
  }

  /** The id is that of the event, not of its delivery: the same event has the same id. */
  private static Map<String, String> headers(Event event) {
    String type = Json.MAPPER.convertValue(event.type(), String.class);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("requestId", event.requestId());
    headers.put("content-type", "application/json");
    headers.put("ce_specversion", "1.0");
    headers.put("ce_id", event.requestId() + "/" + type + "/" + event.at());
    headers.put("ce_source", "urn:satchel");
    headers.put("ce_type", TYPE_PREFIX + type);
    headers.put("ce_time", event.at().toString());
    headers.put(IMAGES_KNOWN, String.valueOf(event.images().done() + event.images().failed()));
    return headers;
  }

  private static byte[] json(Event event) {
    try {
      return Json.MAPPER.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("an event is always JSON", e);
    }
  }
}
