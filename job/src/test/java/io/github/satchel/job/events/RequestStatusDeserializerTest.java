package io.github.satchel.job.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Event;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.PackedEvents;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.RequestStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema.KafkaSinkContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestStatusDeserializerTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final TrainingRequest REQUEST =
      Requests.request("r-1", 10, ImageFailurePolicy.FAIL);

  @Test
  void progressTellsHowManyImagesAreAnswered() throws Exception {
    assertThat(read(Event.progress("r-1", "project-1", new ImageCounts(20, 5, 2), NOW)))
        .containsExactly(new RequestStatus("r-1", "project-1", 7, false));
  }

  @Test
  void anOutcomeTellsThatTheRequestHasEnded() throws Exception {
    var ended = new RequestStatus("r-1", "project-1", 0, true);
    var error = new Event.ErrorInfo(FailureCode.DEADLINE, "late");
    var counts = new ImageCounts(20, 20, 0);
    var packed =
        new PackedRequest(
            "r-1", "project-1", "Pets", REQUEST.deliverTo(), "dir", counts, List.of(), List.of());

    assertThat(read(Event.failed(REQUEST, counts, List.of(), error, NOW))).containsExactly(ended);
    assertThat(read(Event.cancelled(REQUEST, counts, null, NOW))).containsExactly(ended);
    assertThat(read(PackedEvents.stored(packed, NOW))).containsExactly(ended);
    assertThat(
            read(
                PackedEvents.uploaded(
                    packed,
                    new Event.Classifier("c", "Pets", "training", NOW, "u", "k"),
                    List.of(),
                    NOW)))
        .containsExactly(ended);
  }

  @Test
  void anAcceptanceTellsNothingAndARejectionIsOfAnotherRequest() throws Exception {
    var error = new Event.ErrorInfo(FailureCode.INVALID_REQUEST, "wrong");

    assertThat(read(Event.accepted(REQUEST))).isEmpty();
    assertThat(read(Event.rejected("r-1", "project-1", List.of(), error, NOW))).isEmpty();
  }

  /** Issue 16: a list of failures of megabytes was parsed to learn that a request had ended. */
  @Test
  void whatTheHeadersSayIsNotReadFromTheContent() throws Exception {
    var error = new Event.ErrorInfo(FailureCode.DEADLINE, "late");
    var counts = new ImageCounts(20, 5, 2);

    assertThat(readHeaders(Event.failed(REQUEST, counts, List.of(), error, NOW)))
        .containsExactly(new RequestStatus("r-1", "project-1", 0, true));
    assertThat(readHeaders(Event.progress("r-1", "project-1", counts, NOW)))
        .containsExactly(new RequestStatus("r-1", "project-1", 7, false));
    assertThat(readHeaders(Event.accepted(REQUEST))).isEmpty();
    assertThat(readHeaders(Event.rejected("r-1", null, List.of(), error, NOW))).isEmpty();
  }

  private static List<RequestStatus> readHeaders(Event event) throws Exception {
    var written = new EventSerializer("results", 1 << 20).serialize(event, new NoContext(), 0L);
    var record =
        new ConsumerRecord<>(
            "results",
            0,
            0,
            written.key() == null ? new byte[0] : written.key(),
            "unread".getBytes(UTF_8));
    written.headers().forEach(record.headers()::add);
    List<RequestStatus> read = new ArrayList<>();
    new RequestStatusDeserializer().deserialize(record, new ListCollector<>(read));
    return read;
  }

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
      return new int[0];
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "no event",
        "[]",
        "null",
        "{}",
        "{\"type\": \"ready\", \"requestId\": \"r-1\", \"projectId\": \"p\"}",
        "{\"type\": \"failed\", \"projectId\": \"p\"}",
        "{\"type\": \"failed\", \"requestId\": \"r-1\"}",
        "{\"type\": \"progress\", \"requestId\": \"r-1\", \"projectId\": \"p\"}"
      })
  void whatElseLiesInTheTopicIsPassedOver(@Nullable String message) {
    assertThat(read(message == null ? null : message.getBytes(UTF_8))).isEmpty();
  }

  private static List<RequestStatus> read(Event event) throws Exception {
    return read(Json.MAPPER.writeValueAsBytes(event));
  }

  private static List<RequestStatus> read(byte @Nullable [] value) {
    List<RequestStatus> read = new ArrayList<>();
    new RequestStatusDeserializer()
        .deserialize(
            new ConsumerRecord<>("results", 0, 0, new byte[0], value), new ListCollector<>(read));
    return read;
  }
}
