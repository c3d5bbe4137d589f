package io.github.satchel.job.trainer;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.EventConverter;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.RejectedCredentials;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.Json;
import io.github.satchel.job.forget.Removal;
import io.github.satchel.job.model.PackedEvents;
import io.github.satchel.job.model.PackedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Says what becomes of a training as an event of its request. */
public final class TrainingEventConverter implements EventConverter<PackedRequest, Event> {

  @Override
  public Event convert(PackedRequest request, TrainingEvent event) {
    return switch (event.kind()) {
      case UPLOADING ->
          PackedEvents.uploading(
              request,
              new Event.Upload(
                  request.archives().stream().mapToLong(each -> each.archive().bytes()).sum(),
                  event.upload().sentBytes()),
              event.at());
      case UPLOADED ->
          withRejected(
              event,
              PackedEvents.uploaded(
                  request, classifier(event), event.upload().deletedFirst(), event.at()));
      case FAILED ->
          withRejected(
              event,
              PackedEvents.uploadFailed(
                  request, error(event), event.upload().deletedFirst(), event.at()));
      case READY ->
          PackedEvents.trained(Event.Type.READY, request, classifier(event), null, event.at());
      case TRAINING_FAILED ->
          PackedEvents.trained(
              Event.Type.TRAINING_FAILED, request, classifier(event), error(event), event.at());
      case TRAINING_UNKNOWN ->
          PackedEvents.trained(
              Event.Type.TRAINING_UNKNOWN, request, classifier(event), error(event), event.at());
      case WITHDRAWN -> throw new IllegalArgumentException("the site is told once all is removed");
    };
  }

  /** What became of the classifier of a request that is forgotten. */
  static Removal removal(PackedRequest withdrawal, TrainingEvent event) {
    Classifier classifier = event.classifier();
    TrainingError error = event.error();
    return new Removal(
        Objects.requireNonNull(withdrawal.forget()),
        withdrawal.requestId(),
        classifier != null && error == null,
        classifier == null || error == null
            ? null
            : "Classifier %s, credentials %s: %s"
                .formatted(classifier.id(), classifier.credentials(), error.message()));
  }

  private static Event withRejected(TrainingEvent event, Event outcome) {
    List<RejectedCredentials> rejected = event.upload().rejectedCredentials();
    if (rejected.isEmpty()) {
      return outcome;
    }
    List<Failure> failures = new ArrayList<>(outcome.failures());
    for (RejectedCredentials each : rejected) {
      String reason = each.reason();
      failures.add(
          new Failure(
              FailureCode.CREDENTIALS_REJECTED,
              "The credentials %s were not accepted%s"
                  .formatted(each.name(), reason == null ? "" : ": " + reason),
              null,
              null));
    }
    return outcome.withFailures(failures);
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
