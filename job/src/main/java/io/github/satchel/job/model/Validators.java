package io.github.satchel.job.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * What to ask an origin with whether a picture has changed: HTTP's validators (RFC 9110, section
 * 8.8), or what stands for them in an object store.
 *
 * @param etag entity tag, with its quotes
 * @param lastModified as the server wrote it
 */
public record Validators(@Nullable String etag, @Nullable String lastModified) {

  /** Nothing to ask with. */
  public static final Validators NONE = new Validators(null, null);

  /** Whether there is anything to ask with. */
  @JsonIgnore
  public boolean isEmpty() {
    return etag == null && lastModified == null;
  }
}
