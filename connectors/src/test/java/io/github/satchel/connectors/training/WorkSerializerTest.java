package io.github.satchel.connectors.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class WorkSerializerTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private static final Training TRAINING =
      new Training(
          "01JD8Z",
          "Mes bêtes",
          List.of(
              new ExampleArchive("chat", "s3://archives/01JD8Z/chat.zip", 12_345, 10, "0a"),
              new ExampleArchive("chien", "s3://archives/01JD8Z/chien.zip", 23_456, 20, "1b")),
          "s3://archives/01JD8Z/upload.json",
          List.of("class-7", "pool-3"),
          List.of("pets_1941945966"),
          Map.of("projectId", "p1"),
          "{\"projectId\":\"p1\"}");

  private static final Work.Upload UPLOAD = new Work.Upload(TRAINING);
  private static final Work.Follow FOLLOW =
      new Work.Follow(
          TRAINING,
          new Classifier(
              "Mes_bêtes_1", "Mes bêtes", "training", NOW, "https://watson.example/1", "class-7"),
          NOW,
          NOW.plusSeconds(10),
          3,
          1);
  private static final Work.Removal REMOVAL =
      new Work.Removal(
          "01JD8Z",
          "pets_1941945966",
          List.of("class-7"),
          Map.of(),
          Map.of(),
          NOW,
          NOW.plusSeconds(900),
          2,
          true);

  private static final Map<String, String> ENCRYPTED = Map.of("class-7", "e30.a.b.c.d");
  private static final Training BRINGING = TestTrainings.bringing(TRAINING, ENCRYPTED);
  private static final Work.Upload UPLOAD_3 = new Work.Upload(BRINGING);
  private static final Work.Follow FOLLOW_3 =
      new Work.Follow(
          BRINGING,
          FOLLOW.classifier(),
          FOLLOW.since(),
          FOLLOW.due(),
          FOLLOW.checks(),
          FOLLOW.misses());
  private static final Work.Removal REMOVAL_3 =
      new Work.Removal(
          REMOVAL.trainingId(),
          REMOVAL.classifierId(),
          REMOVAL.credentials(),
          ENCRYPTED,
          BRINGING.attributes(),
          REMOVAL.since(),
          REMOVAL.due(),
          REMOVAL.attempts(),
          REMOVAL.again());

  static final List<Work> EVERY_KIND =
      List.of(UPLOAD, FOLLOW, REMOVAL, UPLOAD_3, FOLLOW_3, REMOVAL_3);

  private final WorkSerializer serializer = new WorkSerializer();

  @ParameterizedTest
  @FieldSource("EVERY_KIND")
  void workComesBackAsItWas(Work work) throws IOException {
    assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(work)))
        .isEqualTo(work);
  }

  @Test
  void stateOfVersionOneIsATrainingToUpload() throws IOException {
    assertThat(serializer.deserialize(1, resource("training-v1.json")))
        .isEqualTo(
            new Work.Upload(
                new Training(
                    TRAINING.id(),
                    TRAINING.classifierName(),
                    TRAINING.archives().stream()
                        .map(
                            archive ->
                                new ExampleArchive(
                                    archive.className(), archive.uri(), archive.bytes(), 0, null))
                        .toList(),
                    TRAINING.journal(),
                    TRAINING.credentials(),
                    TRAINING.replaces(),
                    Map.of(),
                    TRAINING.context())));
  }

  @Test
  void stateOfVersionTwoIsStillRead() throws IOException {
    assertThat(serializer.deserialize(2, resource("upload-v2.json"))).isEqualTo(UPLOAD);
    assertThat(serializer.deserialize(2, resource("follow-v2.json"))).isEqualTo(FOLLOW);
    assertThat(serializer.deserialize(2, resource("removal-v2.json"))).isEqualTo(REMOVAL);
  }

  @Test
  void stateOfVersionThreeIsStillRead() throws IOException {
    assertThat(serializer.deserialize(3, resource("upload-v3.json"))).isEqualTo(UPLOAD_3);
    assertThat(serializer.deserialize(3, resource("follow-v3.json"))).isEqualTo(FOLLOW_3);
    assertThat(serializer.deserialize(3, resource("removal-v3.json"))).isEqualTo(REMOVAL_3);
  }

  @Test
  void fieldsThatAreNewOrMissingDoNoHarm() throws IOException {
    Work work = serializer.deserialize(1, resource("training-v1-sparse.json"));

    assertThat(work)
        .isInstanceOfSatisfying(
            Work.Upload.class,
            upload -> {
              assertThat(upload.training().id()).isEqualTo("01JD8Z");
              assertThat(upload.training().replaces()).isEmpty();
            });
  }

  @Test
  void stateOfALaterVersionIsRefused() {
    assertThatThrownBy(() -> serializer.deserialize(4, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 4");
  }

  @Test
  void trainingsAndEventsAreFlinkPojos() {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(Training.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(TrainingEvent.class);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(WorkSerializerTest.class.getResourceAsStream("/state/" + name))) {
      return in.readAllBytes();
    }
  }
}
