package io.github.satchel.job.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.Json;
import io.github.satchel.job.model.PackedEvents;
import io.github.satchel.job.model.PackedRequest;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes what a trainer says as events of its request. */
public final class TrainingEventSerializer
    implements KafkaRecordSerializationSchema<TrainingEvent> {

  private final KafkaRecordSerializationSchema<Event> events;

  public TrainingEventSerializer(KafkaRecordSerializationSchema<Event> events) {
    this.events = events;
  }

  @Override
  public @Nullable ProducerRecord<byte[], byte[]> serialize(
      TrainingEvent event, KafkaSinkContext context, @Nullable Long timestamp) {
    return events.serialize(event(event), context, timestamp);
  }

  static Event event(TrainingEvent event) {
    PackedRequest request = read(event.training().context());
    return switch (event.kind()) {
      case UPLOADING ->
          PackedEvents.uploading(
              request,
              new Event.Upload(
                  request.archives().stream().mapToLong(archive -> archive.bytes()).sum(),
                  event.sentBytes()),
              event.at());
      case UPLOADED ->
          withRejected(
              event,
              PackedEvents.uploaded(request, classifier(event), event.deletedFirst(), event.at()));
      case FAILED ->
          withRejected(
              event,
              PackedEvents.uploadFailed(request, error(event), event.deletedFirst(), event.at()));
      case READY ->
          PackedEvents.trained(Event.Type.READY, request, classifier(event), null, event.at());
      case TRAINING_FAILED ->
          PackedEvents.trained(
              Event.Type.TRAINING_FAILED, request, classifier(event), error(event), event.at());
      case TRAINING_UNKNOWN ->
          PackedEvents.trained(
              Event.Type.TRAINING_UNKNOWN, request, classifier(event), error(event), event.at());
    };
  }

  private static Event withRejected(TrainingEvent event, Event outcome) {
    if (event.rejectedCredentials().isEmpty()) {
      return outcome;
    }
    List<Failure> failures = new ArrayList<>(outcome.failures());
    for (String name : event.rejectedCredentials()) {
      String reason = event.rejectionReasons().get(name);
      failures.add(
          new Failure(
              FailureCode.CREDENTIALS_REJECTED,
              "The credentials %s were not accepted%s"
                  .formatted(name, reason == null ? "" : ": " + reason),
              null,
              null));
    }
    return outcome.withFailures(failures);
  }

  private static PackedRequest read(String context) {
    try {
      return Json.MAPPER.readValue(context, PackedRequest.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("the context is what PackedRequestConverter wrote", e);
    }
  }

  private static Event.Classifier classifier(TrainingEvent event) {
    Classifier classifier = Objects.requireNonNull(event.classifier());
    return new Event.Classifier(
        classifier.id(),
        classifier.name(),
        classifier.status(),
        classifier.created(),
        classifier.url(),
        classifier.credentials());
  }

  private static Event.ErrorInfo error(TrainingEvent event) {
    TrainingError error = Objects.requireNonNull(event.error());
    return new Event.ErrorInfo(
        Json.MAPPER.convertValue(error.code(), FailureCode.class), error.message());
  }
}
