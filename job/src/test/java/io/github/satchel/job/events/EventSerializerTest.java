package io.github.satchel.job.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import io.github.satchel.contract.Archive;
import io.github.satchel.contract.ContractSchema;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedEvents;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Problem;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema.KafkaSinkContext;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventSerializerTest {

  private static final Instant AT = Instant.parse("2026-01-02T03:04:06.007Z");
  private static final ImageCounts COUNTS = new ImageCounts(21, 20, 1);
  private static final TrainingRequest REQUEST =
      Requests.request("r-1", 10, ImageFailurePolicy.SKIP);
  private static final Event.ErrorInfo ERROR =
      new Event.ErrorInfo(FailureCode.DEADLINE, "1 of 21 images were not there");
  private static final Event.Classifier CLASSIFIER =
      new Event.Classifier("id", "name", "training", AT, "url", "k");
  private static final List<Failure> FAILURES =
      List.of(
          new Problem(FailureCode.STORE_MISSING, "gone")
              .of(
                  "cat",
                  new ImageLocation(
                      ImageLocation.Type.RETRIEVE,
                      null,
                      null,
                      new StoredImage("o", "p", "u", "c"))),
          new Problem(FailureCode.IMAGE_TIMEOUT, "slow")
              .of("cat", REQUEST.labels().get(0).images().get(0)),
          Failure.ofLabel(FailureCode.LABEL_TOO_FEW_IMAGES, "few", "dog"),
          Failure.ofField("is missing", "/labels/cat/3/url"),
          new Failure(FailureCode.CREDENTIALS_REJECTED, "refused", null, null));
  private static final PackedRequest PACKED =
      new PackedRequest(
          "r-1",
          "project-1",
          "My pets",
          new Delivery(Delivery.Kind.STORE, List.of(), List.of()),
          "file:///archives/r-1",
          COUNTS,
          List.of(
              new PackedArchive(
                  new Archive("cat", "file:///archives/r-1/cat.zip", 10, 1234, "0f".repeat(32)),
                  null)),
          FAILURES);

  private final EventSerializer serializer = new EventSerializer("results", 1 << 20);
  private final Schema schema = ContractSchema.load("training-event.schema.json", "");

  static List<Event> events() {
    return List.of(
        Event.accepted(REQUEST),
        Event.accepted(REQUEST).withWarnings(FAILURES),
        Event.cancelled(
            REQUEST, COUNTS, new Event.ErrorInfo(FailureCode.FORGOTTEN, "being forgotten"), AT),
        Event.progress("r-1", "project-1", COUNTS, AT),
        Event.failed(REQUEST, COUNTS, FAILURES, ERROR, AT),
        PackedEvents.stored(PACKED, AT),
        PackedEvents.uploading(PACKED, new Event.Upload(1234, 1000), AT),
        PackedEvents.uploaded(PACKED, CLASSIFIER, List.of("old"), AT),
        PackedEvents.uploadFailed(PACKED, ERROR, List.of("old"), AT),
        PackedEvents.trained(Event.Type.READY, PACKED, CLASSIFIER, null, AT),
        PackedEvents.trained(Event.Type.TRAINING_FAILED, PACKED, CLASSIFIER, ERROR, AT),
        PackedEvents.trained(Event.Type.TRAINING_UNKNOWN, PACKED, CLASSIFIER, ERROR, AT),
        Event.rejected("r 1", null, FAILURES, ERROR, AT));
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyEventFollowsTheSchema(Event event) throws IOException {
    JsonNode json = Json.MAPPER.readTree(serialize(event).value());

    assertThat(schema.validate(json)).isEmpty();
  }

  @Test
  void everyFieldOfAnEventIsInTheSchema() {
    assertThat(Arrays.stream(Event.class.getRecordComponents()).map(part -> part.getName()))
        .allMatch(
            name ->
                schema.getSchemaNode().at("/$defs").findValues("properties").stream()
                    .anyMatch(properties -> properties.has(name)));
  }

  @Test
  void anEventIsACloudEventInBinaryMode() {
    Event event = Event.progress("r-1", "project-1", COUNTS, AT);

    ProducerRecord<byte @Nullable [], byte[]> message = serialize(event);

    assertThat(headers(message))
        .isEqualTo(
            Map.of(
                "requestId", "r-1",
                "content-type", "application/json",
                "ce_specversion", "1.0",
                "ce_id", "r-1/progress/2026-01-02T03:04:06.007Z",
                "ce_source", "urn:satchel",
                "ce_type", "io.github.satchel.training.progress",
                "ce_time", "2026-01-02T03:04:06.007Z",
                "ce_imagesknown", String.valueOf(COUNTS.done() + COUNTS.failed())));
    assertThat(new String(requireNonNull(message.key()), UTF_8)).isEqualTo("project-1");
  }

  @Test
  void anEventThatIsDeliveredAgainHasTheSameId() {
    assertThat(headers(serialize(PackedEvents.stored(PACKED, AT))))
        .isEqualTo(headers(serialize(PackedEvents.stored(PACKED, AT))));
  }

  @Test
  void anEventThatIsTooLargeListsAsManyFailuresAsFit() throws IOException {
    List<Failure> many = Collections.nCopies(1000, FAILURES.get(0));
    byte[] json =
        new EventSerializer("results", 10_000)
            .serialize(Event.failed(REQUEST, COUNTS, many, ERROR, AT), new NoContext(), null)
            .value();

    assertThat(json.length).isBetween(4_000, 10_000);
    assertThat(schema.validate(Json.MAPPER.readTree(json))).isEmpty();
  }

  private ProducerRecord<byte @Nullable [], byte[]> serialize(Event event) {
    return serializer.serialize(event, new NoContext(), null);
  }

  private static Map<String, String> headers(ProducerRecord<?, ?> message) {
    Map<String, String> headers = new HashMap<>();
    message
        .headers()
        .forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
    return headers;
  }

  /** The serializer has no use for where it runs. */
  private static final class NoContext implements KafkaSinkContext {

    @Override
    public int getParallelInstanceId() {
      return 0;
    }

    @Override
    public int getNumberOfParallelInstances() {
      return 1;
    }

    @Override
    public int[] getPartitionsForTopic(String topic) {
      return new int[] {0};
    }
  }
}
