package io.github.satchel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Events as text. They are read as JSON, so that types and codes of a newer job are shown too. */
final class EventText {

  private static final Set<String> OUTCOMES =
      Arrays.stream(Event.Type.values())
          .filter(Event.Type::isOutcome)
          .map(type -> Json.MAPPER.convertValue(type, String.class))
          .collect(Collectors.toSet());

  private EventText() {}

  static boolean isOutcome(JsonNode event) {
    return OUTCOMES.contains(type(event));
  }

  /** Whether it is the outcome of a request, or the answer to a forget. */
  static boolean isLast(JsonNode event) {
    return isOutcome(event) || type(event).equals("forgotten");
  }

  static boolean isSuccess(JsonNode event) {
    return Set.of("uploaded", "stored", "forgotten").contains(type(event));
  }

  static String type(JsonNode event) {
    return event.path("type").asText();
  }

  /** The event's progress and its other details. */
  static String details(JsonNode event) {
    JsonNode images = event.path("images");
    StringBuilder text = new StringBuilder();
    text.append(images.path("done").asInt()).append('/').append(images.path("total").asInt());
    if (images.path("failed").asInt() > 0) {
      text.append(", ").append(images.path("failed").asInt()).append(" failed");
    }
    JsonNode upload = event.path("upload");
    if (upload.isObject()) {
      text.append(", ").append(upload.path("sent").asLong());
      text.append(" of ").append(upload.path("bytes").asLong()).append(" bytes sent");
    }
    JsonNode classifier = event.path("classifier");
    if (classifier.isObject()) {
      text.append(", classifier ").append(classifier.path("id").asText());
      text.append(" (").append(classifier.path("status").asText()).append(')');
      text.append(" with ").append(classifier.path("credentials").asText());
    }
    if (type(event).equals("stored")) {
      event
          .path("archives")
          .forEach(archive -> text.append(", ").append(archive.path("uri").asText()));
    }
    JsonNode forgotten = event.path("forgotten");
    if (forgotten.isObject()) {
      return forgotten(forgotten);
    }
    JsonNode error = event.path("error");
    if (error.isObject()) {
      text.append(", ").append(error.path("code").asText());
      text.append(": ").append(error.path("message").asText());
    }
    return text.toString();
  }

  /** What a forget removed. */
  static String forgotten(JsonNode forgotten) {
    return "%d requests, %d archives, %d cached pictures, %d classifiers"
        .formatted(
            forgotten.path("requests").asInt(),
            forgotten.path("archives").asInt(),
            forgotten.path("pictures").asInt(),
            forgotten.path("classifiers").asInt());
  }

  /** The failures of an event: a heading, then a line each; empty if there are none. */
  static List<String> failures(JsonNode event) {
    return failureLines(event.path("failures"));
  }

  /** A list of failures as an event has it. */
  static List<String> failureLines(JsonNode failures) {
    if (failures.isEmpty()) {
      return List.of();
    }
    TextTable table = new TextTable("CODE", "LABEL", "PICTURE OR FIELD", "WHY", "WHERE");
    for (JsonNode failure : failures) {
      JsonNode location = failure.path("location");
      table.add(
          failure.path("code").asText(),
          failure.path("label").asText(),
          first(
              location.path("imageid"),
              location.path("spec").path("objectid"),
              location.path("pointer")),
          failure.path("message").asText(),
          location.path("url").asText());
    }
    return table.lines();
  }

  private static String first(JsonNode... candidates) {
    return Arrays.stream(candidates)
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .findFirst()
        .orElse("");
  }
}
