package io.github.satchel.connectors.watson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;

class TrainingSerializerTest {

  private static final Training TRAINING =
      new Training(
          "01JD8Z",
          "Mes bêtes",
          List.of(
              new ExampleArchive("chat", "s3://archives/01JD8Z/chat.zip", 12_345),
              new ExampleArchive("chien", "s3://archives/01JD8Z/chien.zip", 23_456)),
          "s3://archives/01JD8Z/upload.json",
          List.of("class-7", "pool-3"),
          List.of("pets_1941945966"),
          "{\"projectId\":\"p1\"}");

  private final TrainingSerializer serializer = new TrainingSerializer();

  @Test
  void aTrainingComesBackAsItWas() throws IOException {
    assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(TRAINING)))
        .isEqualTo(TRAINING);
  }

  @Test
  void stateOfVersionOneIsStillRead() throws IOException {
    assertThat(serializer.deserialize(1, resource("training-v1.json"))).isEqualTo(TRAINING);
  }

  @Test
  void fieldsThatAreNewOrMissingDoNoHarm() throws IOException {
    Training training = serializer.deserialize(1, resource("training-v1-sparse.json"));

    assertThat(training.id()).isEqualTo("01JD8Z");
    assertThat(training.replaces()).isEmpty();
  }

  @Test
  void stateOfALaterVersionIsRefused() {
    assertThatThrownBy(() -> serializer.deserialize(2, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void trainingsAndOutcomesAreFlinkPojos() {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(Training.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(TrainingOutcome.class);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TrainingSerializerTest.class.getResourceAsStream("/state/" + name))) {
      return in.readAllBytes();
    }
  }
}
