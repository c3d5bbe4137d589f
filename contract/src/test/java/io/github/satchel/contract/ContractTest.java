package io.github.satchel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/contract says, held against the job; messages of released versions stay valid. */
class ContractTest {

  private static final Path CONTRACT = Path.of("../docs/contract");
  private static final Path RELEASED = Path.of("src/test/resources/contract");

  private final RequestParser parser = new RequestParser("trainer"::equals);
  private final Schema requests = ContractSchema.load("training-request.schema.json", "");
  private final Schema events = ContractSchema.load("training-event.schema.json", "");

  static List<Path> requests() throws IOException {
    return messages("request-");
  }

  static List<Path> events() throws IOException {
    return messages("event-");
  }

  private static List<Path> messages(String prefix) throws IOException {
    List<Path> messages = new ArrayList<>();
    for (Path root : List.of(CONTRACT.resolve("examples"), RELEASED)) {
      try (Stream<Path> files = Files.walk(root)) {
        files
            .filter(file -> file.getFileName().toString().startsWith(prefix))
            .forEach(messages::add);
      }
    }
    return messages;
  }

  @ParameterizedTest
  @MethodSource("requests")
  void everyRequestOfTheContractFollowsTheSchemaAndIsServed(Path file) throws IOException {
    byte[] message = Files.readAllBytes(file);

    assertThat(requests.validate(Json.MAPPER.readTree(message))).isEmpty();
    assertThat(parser.parse(message, Instant.EPOCH)).isInstanceOf(ParsedRequest.Valid.class);
  }

  @Test
  void theCancelOfTheContractFollowsItsSchemaAndIsRead() throws IOException {
    byte[] message = Files.readAllBytes(CONTRACT.resolve("examples/cancel.json"));

    assertThat(
            ContractSchema.load("training-cancel.schema.json", "")
                .validate(Json.MAPPER.readTree(message)))
        .isEmpty();
    assertThat(parser.parse(message, Instant.EPOCH))
        .isEqualTo(new ParsedRequest.Cancel("01JD8Z5R6M"));
  }

  @Test
  void theForgetOfTheContractFollowsItsSchemaAndIsRead() throws IOException {
    byte[] message = Files.readAllBytes(CONTRACT.resolve("examples/forget.json"));

    assertThat(
            ContractSchema.load("training-forget.schema.json", "")
                .validate(Json.MAPPER.readTree(message)))
        .isEmpty();
    assertThat(parser.parse(message, Instant.EPOCH))
        .isEqualTo(new ParsedRequest.Forget("01JD8Z7Q2C", "pets-42", null));
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyEventOfTheContractFollowsTheSchema(Path file) throws IOException {
    assertThat(events.validate(json(file))).isEmpty();
  }

  @Test
  void theSchemaKnowsEveryTypeOfEventAndHasAnExampleOfEach() throws IOException {
    Set<String> types = new TreeSet<>();
    json(CONTRACT.resolve("training-event.schema.json"))
        .required("oneOf")
        .forEach(
            type -> types.add(type.required("$ref").textValue().substring("#/$defs/".length())));
    Set<String> shown = new TreeSet<>();
    for (Path file : events()) {
      shown.add(json(file).required("type").textValue());
    }

    assertThat(types).contains(wire(Event.Type.values()));
    assertThat(shown).isEqualTo(types);
  }

  @Test
  void theSchemaKnowsEveryCode() throws IOException {
    Set<String> codes = new TreeSet<>();
    json(CONTRACT.resolve("training-event.schema.json"))
        .at("/$defs/code/enum")
        .forEach(code -> codes.add(code.textValue()));

    assertThat(codes).containsExactlyInAnyOrder(wire(FailureCode.values()));
  }

  @Test
  void theSchemaFindsAnEventThatLacksWhatItsTypeNeeds() throws IOException {
    JsonNode uploaded = json(CONTRACT.resolve("examples/event-uploaded.json"));
    ((ObjectNode) uploaded).remove("classifier");

    assertThat(events.validate(uploaded)).isNotEmpty();
  }

  private static String[] wire(Enum<?>[] values) {
    return Arrays.stream(values)
        .map(value -> Json.MAPPER.convertValue(value, String.class))
        .toArray(String[]::new);
  }

  private static JsonNode json(Path file) throws IOException {
    return Json.MAPPER.readTree(file.toFile());
  }
}
