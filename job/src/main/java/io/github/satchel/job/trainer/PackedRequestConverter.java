package io.github.satchel.job.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.connectors.training.ElementConverter;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Json;
import io.github.satchel.job.model.PackedRequest;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a packed request asks a kind of receiver for: nothing, if it goes to another one. */
public final class PackedRequestConverter implements ElementConverter<PackedRequest> {

  private final Delivery.Kind receiver;

  public PackedRequestConverter(Delivery.Kind receiver) {
    this.receiver = receiver;
  }

  @Override
  public @Nullable Training convert(PackedRequest request) {
    if (request.deliverTo().kind() != receiver) {
      return null;
    }
    try {
      return new Training(
          request.requestId(),
          classifierName(request),
          request.archives().stream()
              .map(
                  archive ->
                      new ExampleArchive(
                          archive.label(),
                          archive.uri(),
                          archive.bytes(),
                          archive.images(),
                          archive.sha256()))
              .toList(),
          request.directory() + "/upload.json",
          request.deliverTo().credentials(),
          request.deliverTo().encryptedCredentials(),
          request.deliverTo().replaces(),
          Map.of(
              "requestId", request.requestId(),
              "projectId", request.projectId(),
              "name", request.name()),
          Json.MAPPER.writeValueAsString(request.withoutEncryptedCredentials()));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a packed request is always JSON", e);
    }
  }

  /**
   * The project's name, without the characters that the service refuses in names, and the request's
   * id, by which a classifier is found again whose answer was lost.
   */
  private static String classifierName(PackedRequest request) {
    return request.name().replaceAll("[$*\\-{}\\\\|/'\"`\\[\\]\\p{Cntrl}]", "_")
        + "_"
        + request.requestId();
  }
}
