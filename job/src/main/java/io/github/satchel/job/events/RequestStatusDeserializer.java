package io.github.satchel.job.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.Json;
import io.github.satchel.job.model.RequestStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events for how far requests are: their headers and key, as an event that lists failures may
 * have megabytes; of one without such headers the content. A rejection is left out: its request
 * never ran, and another one may run under the same id. So is whatever is no event.
 */
public final class RequestStatusDeserializer
    implements KafkaRecordDeserializationSchema<RequestStatus> {

  private static final Logger LOG = LoggerFactory.getLogger(RequestStatusDeserializer.class);

  private static final ObjectReader READER =
      Json.MAPPER
          .readerFor(Told.class)
          .with(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL);

  private static final ObjectReader TYPES =
      Json.MAPPER
          .readerFor(Event.Type.class)
          .with(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL);

  private record Told(
      Event.@Nullable Type type,
      @Nullable String requestId,
      @Nullable String projectId,
      @Nullable Instant at,
      @Nullable ImageCounts images) {}

  private transient @Nullable RequestMetrics metrics;

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    metrics = new RequestMetrics(context.getMetricGroup());
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RequestStatus> out) {
    Told told = read(record);
    if (told == null
        || told.type() == null
        || told.requestId() == null
        || told.projectId() == null) {
      return;
    }
    if (metrics != null) {
      metrics.read(told.type(), told.requestId(), told.at());
    }
    switch (told.type()) {
      case PROGRESS -> {
        if (told.images() != null) {
          int known = told.images().done() + told.images().failed();
          out.collect(new RequestStatus(told.requestId(), told.projectId(), known, false));
        }
      }
      case UPLOADED, STORED, FAILED, CANCELLED ->
          out.collect(new RequestStatus(told.requestId(), told.projectId(), 0, true));
      case ACCEPTED, REJECTED, UPLOADING, READY, TRAINING_FAILED, TRAINING_UNKNOWN, FORGOTTEN -> {}
    }
  }

  private static @Nullable Told read(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    Told inHeaders = readHeaders(record);
    return inHeaders == null ? readContent(record) : inHeaders;
  }

  /** What the headers say; null if they say too little. */
  private static @Nullable Told readHeaders(ConsumerRecord<byte[], byte[]> record) {
    String type = header(record, "ce_type");
    String requestId = header(record, "requestId");
    String time = header(record, "ce_time");
    String known = header(record, EventSerializer.IMAGES_KNOWN);
    if (type == null
        || !type.startsWith(EventSerializer.TYPE_PREFIX)
        || requestId == null
        || time == null
        || known == null) {
      return null;
    }
    try {
      return new Told(
          TYPES.readValue('"' + type.substring(EventSerializer.TYPE_PREFIX.length()) + '"'),
          requestId,
          record.key() == null ? null : new String(record.key(), UTF_8),
          Instant.parse(time),
          new ImageCounts(0, Integer.parseInt(known), 0));
    } catch (IOException | DateTimeParseException | NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }

  private static @Nullable Told readContent(ConsumerRecord<byte[], byte[]> record) {
    try {
      return READER.readValue(record.value());
    } catch (IOException e) {
      LOG.warn(
          "{}-{}@{} is not an event: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getClass().getSimpleName());
      return null;
    }
  }

  @Override
  public TypeInformation<RequestStatus> getProducedType() {
    return TypeInformation.of(RequestStatus.class);
  }
}
