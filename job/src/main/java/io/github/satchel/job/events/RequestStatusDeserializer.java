package io.github.satchel.job.events;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.Json;
import io.github.satchel.job.model.RequestStatus;
import java.io.IOException;
import java.time.Instant;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events for how far requests are. A rejection is left out: its request never ran, and
 * another one may run under the same id. So is whatever is no event.
 */
public final class RequestStatusDeserializer
    implements KafkaRecordDeserializationSchema<RequestStatus> {

  private static final Logger LOG = LoggerFactory.getLogger(RequestStatusDeserializer.class);

  private static final ObjectReader READER =
      Json.MAPPER
          .readerFor(Told.class)
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
          int answered = told.images().done() + told.images().failed();
          out.collect(new RequestStatus(told.requestId(), told.projectId(), answered, false));
        }
      }
      case UPLOADED, STORED, FAILED ->
          out.collect(new RequestStatus(told.requestId(), told.projectId(), 0, true));
      case ACCEPTED, REJECTED, UPLOADING, READY, TRAINING_FAILED, TRAINING_UNKNOWN -> {}
    }
  }

  private static @Nullable Told read(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      return READER.readValue(record.value());
    } catch (IOException e) {
      LOG.warn(
          "{}-{}@{} is no event: {}",
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
