package io.github.satchel.job.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * One label's zip.
 *
 * @param uri where it lies, or would lie if it travels with its request
 * @param bytes its size
 * @param sha256 its digest, in lower-case hexadecimal
 * @param content the zip itself if it travels with its request, which no JSON does
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record Archive(
    String label,
    String uri,
    int images,
    long bytes,
    String sha256,
    @JsonIgnore byte @Nullable [] content) {

  /** An archive that lies where it says. */
  public Archive(String label, String uri, int images, long bytes, String sha256) {
    this(label, uri, images, bytes, sha256, null);
  }

  /** The same for somebody who has no use for its content. */
  public Archive withoutContent() {
    return content == null ? this : new Archive(label, uri, images, bytes, sha256);
  }

  /** Whether it is the same zip, wherever it is. */
  public boolean isSameAs(Archive other) {
    return label.equals(other.label) && bytes == other.bytes && sha256.equals(other.sha256);
  }
}
