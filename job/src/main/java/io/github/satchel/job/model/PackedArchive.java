package io.github.satchel.job.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.satchel.contract.Archive;
import org.jspecify.annotations.Nullable;

/**
 * An archive on its way to its receiver.
 *
 * @param archive its uri is where it lies, or would lie if it travels with its request
 * @param content the zip itself if it travels with its request, which no JSON does
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record PackedArchive(Archive archive, @JsonIgnore byte @Nullable [] content) {

  /** Bytes of it that are in memory. */
  public long heldBytes() {
    return content == null ? 0 : content.length;
  }

  /** The same without the zip. */
  public PackedArchive withoutContent() {
    return content == null ? this : new PackedArchive(archive, null);
  }
}
