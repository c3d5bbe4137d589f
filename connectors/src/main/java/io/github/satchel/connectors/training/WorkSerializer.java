package io.github.satchel.connectors.training;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Work in a checkpoint, as JSON. Version 1 was trainings that wait for their upload; version 2 says
 * what kind of work it is; version 3 can hold encrypted credentials, which a programme that knows
 * nothing of them must not overlook.
 */
final class WorkSerializer implements SimpleVersionedSerializer<Work> {

  private static final int VERSION = 3;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Work work) throws IOException {
    return Json.MAPPER.writerFor(Work.class).writeValueAsBytes(work);
  }

  @Override
  public Work deserialize(int version, byte[] serialized) throws IOException {
    return switch (version) {
      case 1 -> new Work.Upload(Json.MAPPER.readValue(serialized, Training.class));
      case 2, 3 -> Json.MAPPER.readValue(serialized, Work.class);
      default ->
          throw new IOException(
              "The state of the sink has version %d, this programme knows %d: start a newer one"
                  .formatted(version, VERSION));
    };
  }
}
