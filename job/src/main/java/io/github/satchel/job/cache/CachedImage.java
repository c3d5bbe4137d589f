package io.github.satchel.job.cache;

import io.github.satchel.job.model.Provenance;
import java.time.Clock;
import java.time.Instant;

/**
 * A cached image: a picture that is resized already.
 *
 * @param extension {@code jpg} or {@code png}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CachedImage(Provenance provenance, String extension, byte[] content) {

  /** The same picture, of which its origin has just said that it is still like this. */
  public CachedImage checked(Clock clock) {
    Instant now = clock.instant();
    return new CachedImage(
        new Provenance(provenance.key(), provenance.validators(), provenance.hosts(), now),
        extension,
        content);
  }
}
