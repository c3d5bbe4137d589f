package io.github.satchel.job.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.connectors.watson.Classifier;
import io.github.satchel.connectors.watson.TrainingError;
import io.github.satchel.connectors.watson.TrainingOutcome;
import io.github.satchel.job.model.Event;
import io.github.satchel.job.model.Failure;
import io.github.satchel.job.model.FailureCode;
import io.github.satchel.job.model.Json;
import io.github.satchel.job.model.PackedRequest;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes what became of a training as the event that ends its request. */
public final class OutcomeSerializer implements KafkaRecordSerializationSchema<TrainingOutcome> {

  private final KafkaRecordSerializationSchema<Event> events;

  public OutcomeSerializer(KafkaRecordSerializationSchema<Event> events) {
    this.events = events;
  }

  @Override
  public @Nullable ProducerRecord<byte[], byte[]> serialize(
      TrainingOutcome outcome, KafkaSinkContext context, @Nullable Long timestamp) {
    return events.serialize(event(outcome), context, timestamp);
  }

  static Event event(TrainingOutcome outcome) {
    PackedRequest request = read(outcome.training().context());
    Event event =
        switch (outcome.status()) {
          case UPLOADED ->
              Event.uploaded(
                  request, classifier(Objects.requireNonNull(outcome.classifier())), outcome.at());
          case FAILED ->
              Event.uploadFailed(
                  request, error(Objects.requireNonNull(outcome.error())), outcome.at());
        };
    if (outcome.rejectedCredentials().isEmpty()) {
      return event;
    }
    List<Failure> failures = new ArrayList<>(event.failures());
    for (String name : outcome.rejectedCredentials()) {
      failures.add(
          new Failure(
              FailureCode.CREDENTIALS_REJECTED,
              "The credentials " + name + " were not accepted",
              null,
              null));
    }
    return event.withFailures(failures);
  }

  private static PackedRequest read(String context) {
    try {
      return Json.MAPPER.readValue(context, PackedRequest.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("the context is what PackedRequestConverter wrote", e);
    }
  }

  private static Event.Classifier classifier(Classifier created) {
    return new Event.Classifier(
        created.id(),
        created.name(),
        created.status(),
        created.created(),
        created.url(),
        created.credentials());
  }

  private static Event.ErrorInfo error(TrainingError error) {
    return new Event.ErrorInfo(
        Json.MAPPER.convertValue(error.code(), FailureCode.class), error.message());
  }
}
