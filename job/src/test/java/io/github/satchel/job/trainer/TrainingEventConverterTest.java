package io.github.satchel.job.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.Training.NamedCredentials;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.TrainingEvent.RejectedCredentials;
import io.github.satchel.contract.Archive;
import io.github.satchel.contract.ArchiveLayout;
import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.Json;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingEventConverterTest {

  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
  private static final Classifier CLASSIFIER =
      new Classifier("pets_1", "pets", "training", AT, "https://watson.example/1", "class-7");
  private static final PackedRequest REQUEST =
      new PackedRequest(
          "r1",
          "project-1",
          "My-pets",
          new Delivery(
              Delivery.Kind.WATSON,
              List.of("class-7"),
              List.of("old_1"),
              Map.of("class-7", "e30.a.b.c.d"),
              ArchiveLayout.ZIP_PER_LABEL),
          "file:/archives/r1",
          new ImageCounts(20, 20, 0),
          List.of(
              packed(new Archive("cat", "file:/archives/r1/cat.zip", 10, 700, "0a")),
              packed(new Archive("dog", "file:/archives/r1/dog.zip", 10, 300, "0b"))),
          List.of());
  private static final Training TRAINING = new PackedRequestConverter().convert(REQUEST);

  private static PackedArchive packed(Archive archive) {
    return new PackedArchive(archive, null);
  }

  @Test
  void aPackedRequestBecomesATraining() {
    assertThat(TRAINING.classifierName()).isEqualTo("My_pets_r1");
    assertThat(TRAINING.journal()).isEqualTo("file:/archives/r1/upload.json");
    assertThat(TRAINING.archives().get(1))
        .isEqualTo(new ExampleArchive("dog", "file:/archives/r1/dog.zip", 300, 10, "0b"));
    assertThat(TRAINING.credentials())
        .containsExactly(new NamedCredentials("class-7", "e30.a.b.c.d"));
    assertThat(TRAINING.replaces()).containsExactly("old_1");
    assertThat(TRAINING.attributes())
        .isEqualTo(Map.of("requestId", "r1", "projectId", "project-1", "name", "My-pets"));
  }

  @Test
  void whatStaysOfARequestAfterItsOutcomeIsAllThatLaterWorkNeeds() {
    PackedRequest remainder = new PackedRequestConverter().remainder(REQUEST);

    assertThat(remainder.archives()).isEmpty();
    assertThat(remainder.failures()).isEmpty();
    Training training = new PackedRequestConverter().convert(remainder);
    assertThat(training.credentials()).isEqualTo(TRAINING.credentials());
    assertThat(training.journal()).isEqualTo(TRAINING.journal());
    assertThat(training.attributes()).isEqualTo(TRAINING.attributes());
  }

  @Test
  void anUploadThatIsUnderWayTellsHowFarItIs() throws Exception {
    JsonNode json = json(event(Kind.UPLOADING, null, null, List.of()));

    assertThat(json.path("type").textValue()).isEqualTo("uploading");
    assertThat(json.path("upload"))
        .isEqualTo(Json.MAPPER.readTree("{\"bytes\":1000,\"sent\":400}"));
    assertThat(json.has("archives")).isFalse();
  }

  @Test
  void anOutcomeTellsWhatWasDeletedFirstAndWhichCredentialsWereRefused() throws Exception {
    JsonNode json = json(event(Kind.UPLOADED, CLASSIFIER, null, List.of("old_1")));

    assertThat(json.path("type").textValue()).isEqualTo("uploaded");
    assertThat(json.at("/classifier/id").textValue()).isEqualTo("pets_1");
    assertThat(json.at("/deletedFirst/0").textValue()).isEqualTo("old_1");
    assertThat(json.at("/failures/0/code").textValue()).isEqualTo("credentials-rejected");
    assertThat(json.at("/failures/0/message").textValue())
        .isEqualTo("The credentials pool-3 were not accepted");
    assertThat(json.at("/failures/1/message").textValue())
        .isEqualTo("The credentials class-7 were not accepted: the job has no key k1");
    assertThat(json.at("/archives/0/sha256").textValue()).isEqualTo("0a");
    assertThat(json.has("upload")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "READY, ready,",
    "TRAINING_FAILED, training-failed, training-failed",
    "TRAINING_UNKNOWN, training-unknown, training-unknown"
  })
  void whatBecameOfAClassifierIsTold(Kind kind, String type, String code) throws Exception {
    TrainingError error = code == null ? null : new TrainingError(code, "why");

    JsonNode json = json(event(kind, CLASSIFIER, error, List.of()));

    assertThat(json.path("type").textValue()).isEqualTo(type);
    assertThat(json.at("/classifier/id").textValue()).isEqualTo("pets_1");
    assertThat(json.at("/error/code").textValue()).isEqualTo(code);
    assertThat(json.has("failures")).isFalse();
  }

  private static TrainingEvent event(
      Kind kind,
      @Nullable Classifier classifier,
      @Nullable TrainingError error,
      List<String> deletedFirst) {
    return new TrainingEvent(
        TRAINING,
        kind,
        AT,
        classifier,
        error,
        new TrainingEvent.Upload(
            List.of(
                new RejectedCredentials("pool-3", null),
                new RejectedCredentials("class-7", "the job has no key k1")),
            deletedFirst,
            400));
  }

  private static JsonNode json(TrainingEvent event) throws Exception {
    return Json.MAPPER.readTree(
        Json.MAPPER.writeValueAsBytes(new TrainingEventConverter().convert(REQUEST, event)));
  }
}
