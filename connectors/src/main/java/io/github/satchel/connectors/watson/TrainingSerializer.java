package io.github.satchel.connectors.watson;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Trainings in a checkpoint, as JSON. Version 1 is the only one so far. */
final class TrainingSerializer implements SimpleVersionedSerializer<Training> {

  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Training training) throws IOException {
    return Json.MAPPER.writeValueAsBytes(training);
  }

  @Override
  public Training deserialize(int version, byte[] serialized) throws IOException {
    if (version > VERSION) {
      throw new IOException(
          "The state of the Watson sink has version %d, this programme knows %d: start a newer one"
              .formatted(version, VERSION));
    }
    return Json.MAPPER.readValue(serialized, Training.class);
  }
}
