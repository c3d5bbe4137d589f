package io.github.satchel.job.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of the requests topic as it came, so that one that cannot be read can be set aside
 * whole.
 *
 * @param value null for a tombstone
 * @param timestamp of the Kafka record
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record RawRequest(
    String topic,
    int partition,
    long offset,
    Instant timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    List<Header> headers) {

  /** A Kafka header. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Header(String name, byte @Nullable [] value) {}
}
