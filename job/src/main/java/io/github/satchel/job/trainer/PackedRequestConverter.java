package io.github.satchel.job.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.connectors.watson.ElementConverter;
import io.github.satchel.connectors.watson.ExampleArchive;
import io.github.satchel.connectors.watson.Training;
import io.github.satchel.job.model.Json;
import io.github.satchel.job.model.PackedRequest;
import java.io.UncheckedIOException;

/** What a packed request asks the training service for. */
public final class PackedRequestConverter implements ElementConverter<PackedRequest> {

  @Override
  public Training convert(PackedRequest request) {
    try {
      return new Training(
          request.requestId(),
          classifierName(request),
          request.archives().stream()
              .map(archive -> new ExampleArchive(archive.label(), archive.uri(), archive.bytes()))
              .toList(),
          request.directory() + "/upload.json",
          request.deliverTo().credentials(),
          request.deliverTo().replaces(),
          Json.MAPPER.writeValueAsString(request));
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
