package io.github.satchel.job.model;

import io.github.satchel.contract.Event;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of a request whose archives are built. */
public final class PackedEvents {

  private PackedEvents() {}

  /** The archives stay where they are. */
  public static Event stored(PackedRequest request, Instant at) {
    return packed(Event.Type.STORED, request, null, null, List.of(), at);
  }

  /** The request's archives are on their way. */
  public static Event uploading(PackedRequest request, Event.Upload upload, Instant at) {
    return new Event(
        Event.Type.UPLOADING,
        request.requestId(),
        request.projectId(),
        at,
        request.images(),
        null,
        List.of(),
        List.of(),
        null,
        upload,
        List.of(),
        List.of());
  }

  /** The request's classifier was created. */
  public static Event uploaded(
      PackedRequest request, Event.Classifier classifier, List<String> deletedFirst, Instant at) {
    return packed(Event.Type.UPLOADED, request, classifier, null, deletedFirst, at);
  }

  /** The request's archives could not be handed over. */
  public static Event uploadFailed(
      PackedRequest request, Event.ErrorInfo error, List<String> deletedFirst, Instant at) {
    return packed(Event.Type.FAILED, request, null, error, deletedFirst, at);
  }

  /**
   * What became of the request's classifier.
   *
   * @param error unless it is ready
   */
  public static Event trained(
      Event.Type type,
      PackedRequest request,
      Event.Classifier classifier,
      Event.@Nullable ErrorInfo error,
      Instant at) {
    return new Event(
        type,
        request.requestId(),
        request.projectId(),
        at,
        request.images(),
        classifier,
        List.of(),
        List.of(),
        error,
        null,
        List.of(),
        List.of());
  }

  private static Event packed(
      Event.Type type,
      PackedRequest request,
      Event.@Nullable Classifier classifier,
      Event.@Nullable ErrorInfo error,
      List<String> deletedFirst,
      Instant at) {
    return new Event(
        type,
        request.requestId(),
        request.projectId(),
        at,
        request.images(),
        classifier,
        request.archives().stream().map(PackedArchive::archive).toList(),
        request.failures(),
        error,
        null,
        deletedFirst,
        List.of());
  }
}
