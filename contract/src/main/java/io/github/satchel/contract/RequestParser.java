package io.github.satchel.contract;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests and holds them against the contract: {@code
 * docs/contract/training-request.schema.json} and the rules that a schema cannot say. All faults
 * are found, each with an RFC 6901 pointer.
 *
 * <p>What a hostile message can cost is bounded: Jackson limits nesting and lengths, images are
 * held against the schema one by one until {@value #MAX_FAILURES} faults are found, and everything
 * beside the images may have {@value #MAX_OTHER_NODES} values.
 *
 * <p>A message with {@code cancel} or {@code forget} and without {@code requestId} is no request
 * but a cancel ({@code docs/contract/training-cancel.schema.json}) or a forget ({@code
 * docs/contract/training-forget.schema.json}).
 */
public final class RequestParser {

  static final int MAX_FAILURES = 1_000;
  static final int MAX_OTHER_NODES = 10_000;

  /** Longest id or label, in characters, that a rejection repeats. */
  private static final int MAX_ECHOED = 1_000;

  private static final Set<String> RECEIVERS = Set.of("watson", "http", "store");

  private final Schema requestSchema = ContractSchema.load("training-request.schema.json", "");
  private final Schema imageSchema =
      ContractSchema.load("training-request.schema.json", "/$defs/image");
  private final Schema cancelSchema = ContractSchema.load("training-cancel.schema.json", "");
  private final Schema forgetSchema = ContractSchema.load("training-forget.schema.json", "");
  private final Predicate<String> endpoints;

  /**
   * @param endpoints knows the names of the endpoints that archives can be posted to
   */
  public RequestParser(Predicate<String> endpoints) {
    this.endpoints = endpoints;
  }

  /**
   * Reads a message.
   *
   * @param receivedAt time stamp of its Kafka record
   */
  public ParsedRequest parse(byte @Nullable [] message, Instant receivedAt) {
    JsonNode root;
    try {
      root = message == null ? null : Json.MAPPER.readTree(message);
    } catch (JsonProcessingException e) {
      return unreadable("not JSON: " + e.getOriginalMessage());
    } catch (IOException e) { // bytes that are no text in the encoding they seem to have
      return unreadable("not JSON: " + e.getMessage());
    }
    if (root == null || root.isMissingNode()) {
      return unreadable("no content");
    }
    if (!root.isObject()) {
      return unreadable("not a JSON object");
    }
    ObjectNode request = request((ObjectNode) root);
    if (request.has("cancel") && !request.has("requestId")) {
      return cancel(request);
    }
    if (request.has("forget") && !request.has("requestId")) {
      return forget(request);
    }
    List<Failure> failures;
    try {
      failures = check(request);
    } catch (RuntimeException e) { // of the validator, which for one knows no number like 1e400
      failures = List.of(invalid("", "cannot be held against the contract: " + e.getMessage()));
    }
    return failures.isEmpty()
        ? new ParsedRequest.Valid(build(request, receivedAt))
        : new ParsedRequest.Invalid(
            text(request.path("requestId")), text(request.path("projectId")), failures);
  }

  /**
   * The request itself: of a <a
   * href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">
   * CloudEvent in structured mode</a> its data, otherwise the message. Pointers are into it.
   */
  private static ObjectNode request(ObjectNode message) {
    return message.path("specversion").isTextual()
            && !message.has("requestId")
            && message.path("data") instanceof ObjectNode data
        ? data
        : message;
  }

  private ParsedRequest cancel(ObjectNode message) {
    List<Failure> failures = new ArrayList<>();
    cancelSchema.validate(message).forEach(error -> failures.add(failure("", error)));
    return failures.isEmpty()
        ? new ParsedRequest.Cancel(message.get("cancel").get("requestId").textValue())
        : new ParsedRequest.Invalid(null, null, failures);
  }

  private ParsedRequest forget(ObjectNode message) {
    List<Failure> failures = new ArrayList<>();
    forgetSchema.validate(message).forEach(error -> failures.add(failure("", error)));
    JsonNode forget = message.get("forget");
    if (forget.isObject() && forget.has("projectId") == forget.has("userId")) {
      failures.add(invalid("/forget", "needs exactly one of projectId and userId"));
    }
    return failures.isEmpty()
        ? new ParsedRequest.Forget(
            forget.get("requestId").textValue(),
            text(forget.path("projectId")),
            text(forget.path("userId")))
        : new ParsedRequest.Invalid(text(forget.path("requestId")), null, failures);
  }

  private static ParsedRequest.Invalid unreadable(String why) {
    return new ParsedRequest.Invalid(null, null, List.of(Failure.ofField(why, "")));
  }

  private List<Failure> check(ObjectNode request) {
    ObjectNode frame = withoutImages(request);
    if (countNodes(frame, MAX_OTHER_NODES) > MAX_OTHER_NODES) {
      return List.of(invalid("", "more than " + MAX_OTHER_NODES + " values beside the images"));
    }
    List<Failure> failures = new ArrayList<>();
    requestSchema.validate(frame).forEach(error -> failures.add(failure("", error)));
    JsonNode deliverTo = request.path("deliverTo");
    if (deliverTo.isObject()) {
      checkReceiver(deliverTo, failures);
    }
    checkNames(deliverTo.path("watson").path("credentials"), failures);
    if (request.path("labels") instanceof ObjectNode labels) {
      checkLabels(labels, failures);
    }
    return failures;
  }

  /** Credentials are known by their names, so what comes encrypted has one of its own. */
  private static void checkNames(JsonNode credentials, List<Failure> failures) {
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < credentials.size(); i++) {
      JsonNode each = credentials.get(i);
      String name = name(each);
      Integer first = name == null ? null : seen.putIfAbsent(name, i);
      if (first != null && (each.isObject() || credentials.get(first).isObject())) {
        failures.add(
            invalid(
                "/deliverTo/watson/credentials/" + i,
                "has the same name as the credentials at /deliverTo/watson/credentials/" + first));
      }
    }
  }

  private static @Nullable String name(JsonNode credentials) {
    return (credentials.isObject() ? credentials.path("name") : credentials).textValue();
  }

  private void checkReceiver(JsonNode deliverTo, List<Failure> failures) {
    List<String> named = RECEIVERS.stream().filter(deliverTo::has).sorted().toList();
    if (named.size() != 1) {
      failures.add(
          invalid(
              "/deliverTo",
              named.isEmpty()
                  ? "names no receiver: one of watson, http and store is needed"
                  : "names several receivers: " + String.join(", ", named)));
    } else if (deliverTo.path("http").path("endpoint").isTextual()
        && !endpoints.test(deliverTo.path("http").path("endpoint").textValue())) {
      failures.add(invalid("/deliverTo/http/endpoint", "no such endpoint is configured"));
    }
  }

  private void checkLabels(ObjectNode labels, List<Failure> failures) {
    Map<String, String> seen = new HashMap<>();
    int inUse = 0;
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      JsonNode images = label.getValue();
      String pointer = "/labels/" + escape(label.getKey());
      if (!images.isArray() || images.isEmpty()) {
        continue;
      }
      inUse++;
      if (images.size() < TrainingLimits.MIN_IMAGES) {
        failures.add(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_FEW_IMAGES, TrainingLimits.TOO_FEW_IMAGES, label.getKey()));
      } else if (images.size() > TrainingLimits.MAX_IMAGES) {
        failures.add(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_MANY_IMAGES, TrainingLimits.TOO_MANY_IMAGES, label.getKey()));
        continue;
      }
      for (int i = 0; i < images.size(); i++) {
        checkImage(images.get(i), pointer + "/" + i, seen, failures);
        if (failures.size() >= MAX_FAILURES) {
          failures.add(invalid("", "more faults than these are not listed"));
          return;
        }
      }
    }
    if (inUse < 2) {
      failures.add(invalid("/labels", "at least two labels must hold images"));
    }
  }

  private void checkImage(
      JsonNode image, String pointer, Map<String, String> seen, List<Failure> failures) {
    List<Error> errors = imageSchema.validate(image);
    if (!errors.isEmpty()) {
      errors.forEach(error -> failures.add(failure(pointer, error)));
      return;
    }
    String first = seen.putIfAbsent(location(image).id(), pointer);
    if (first != null) {
      failures.add(invalid(pointer, "has the same id as the image at " + first));
    }
  }

  /** The request with its labels' images taken out. */
  private static ObjectNode withoutImages(ObjectNode request) {
    ObjectNode frame = JsonNodeFactory.instance.objectNode();
    frame.setAll(request);
    if (request.path("labels") instanceof ObjectNode labels) {
      ObjectNode empty = frame.putObject("labels");
      for (Map.Entry<String, JsonNode> label : labels.properties()) {
        if (label.getValue().isArray()) {
          empty.putArray(label.getKey());
        } else {
          empty.set(label.getKey(), label.getValue());
        }
      }
    }
    return frame;
  }

  /** Counts values until there are more than {@code limit}; nesting is limited by the parser. */
  private static int countNodes(JsonNode node, int limit) {
    int count = 1;
    for (JsonNode child : node) {
      count += countNodes(child, limit - count);
      if (count > limit) {
        break;
      }
    }
    return count;
  }

  private static Failure failure(String base, Error error) {
    String pointer = base + error.getInstanceLocation();
    if (error.getKeyword().equals("propertyNames")) { // which labels have, and nothing else
      String label = error.getProperty();
      return label.length() > MAX_ECHOED
          ? invalid(pointer, TrainingLimits.BAD_LABEL)
          : Failure.ofLabel(FailureCode.INVALID_REQUEST, TrainingLimits.BAD_LABEL, label);
    }
    return error.getKeyword().equals("required")
        ? invalid(pointer + "/" + escape(error.getProperty()), "is missing")
        : invalid(pointer, error.getMessage());
  }

  private static Failure invalid(String pointer, String message) {
    return Failure.ofField(message, pointer);
  }

  private static String escape(String name) {
    return JsonPointer.empty().appendProperty(name).toString().substring(1);
  }

  /** An id as it was given, also if it is not a valid one: whoever wrote it knows it by that. */
  private static @Nullable String text(JsonNode node) {
    String text = node.textValue();
    return text == null || text.isEmpty() || text.length() > MAX_ECHOED ? null : text;
  }

  private static TrainingRequest build(ObjectNode request, Instant receivedAt) {
    List<Label> labels = new ArrayList<>();
    for (Map.Entry<String, JsonNode> label : request.get("labels").properties()) {
      List<ImageLocation> images = new ArrayList<>(label.getValue().size());
      label.getValue().forEach(image -> images.add(location(image)));
      if (!images.isEmpty()) {
        labels.add(new Label(label.getKey(), images));
      }
    }
    JsonNode options = request.path("options");
    return new TrainingRequest(
        request.get("requestId").textValue(),
        request.get("projectId").textValue(),
        text(request.path("classId")),
        text(request.path("userId")),
        request.get("name").textValue(),
        labels,
        delivery(request.get("deliverTo")),
        options.has("onImageFailure")
            ? Json.MAPPER.convertValue(options.get("onImageFailure"), ImageFailurePolicy.class)
            : ImageFailurePolicy.FAIL,
        options.path("deadlineSeconds").asInt(0),
        options.has("format")
            ? Json.MAPPER.convertValue(options.get("format"), OutputFormat.class)
            : OutputFormat.AUTO,
        receivedAt);
  }

  /** Of its fields, those that its type has: the schema lets any others be anything. */
  private static ImageLocation location(JsonNode image) {
    String id = image.path("imageid").textValue();
    return image.get("type").textValue().equals("download")
        ? new ImageLocation(ImageLocation.Type.DOWNLOAD, id, image.get("url").textValue(), null)
        : new ImageLocation(
            ImageLocation.Type.RETRIEVE,
            id,
            null,
            Json.MAPPER.convertValue(image.get("spec"), StoredImage.class));
  }

  private static Delivery delivery(JsonNode deliverTo) {
    if (deliverTo.has("store")) {
      return new Delivery(
          Delivery.Kind.STORE, List.of(), List.of(), Map.of(), layout(deliverTo.get("store")));
    }
    if (deliverTo.has("http")) {
      String endpoint = deliverTo.get("http").get("endpoint").textValue();
      return new Delivery(
          Delivery.Kind.HTTP,
          List.of(endpoint),
          List.of(),
          Map.of(),
          layout(deliverTo.get("http")));
    }
    JsonNode watson = deliverTo.get("watson");
    List<String> names = new ArrayList<>();
    Map<String, String> encrypted = new LinkedHashMap<>();
    for (JsonNode credentials : watson.path("credentials")) {
      String name = Objects.requireNonNull(name(credentials), "the schema wants it");
      names.add(name);
      if (credentials.isObject()) {
        encrypted.put(name, credentials.get("jwe").textValue());
      }
    }
    return new Delivery(
        Delivery.Kind.WATSON,
        names,
        texts(watson.path("replaces")),
        encrypted,
        ArchiveLayout.ZIP_PER_LABEL);
  }

  private static ArchiveLayout layout(JsonNode receiver) {
    return receiver.has("layout")
        ? Json.MAPPER.convertValue(receiver.get("layout"), ArchiveLayout.class)
        : ArchiveLayout.ZIP_PER_LABEL;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>(array.size());
    array.forEach(text -> texts.add(text.textValue()));
    return texts;
  }
}
