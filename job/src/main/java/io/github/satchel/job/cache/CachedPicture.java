package io.github.satchel.job.cache;

import io.github.satchel.job.model.Provenance;
import java.time.Clock;
import java.time.Instant;

/**
 * A resized picture that is kept.
 *
 * @param extension {@code jpg} or {@code png}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CachedPicture(Provenance provenance, String extension, byte[] content) {

  /** The same picture, of which its origin has just said that it is still like this. */
  public CachedPicture checked(Clock clock) {
    Instant now = clock.instant();
    return new CachedPicture(
        new Provenance(provenance.key(), provenance.validators(), provenance.hosts(), now),
        extension,
        content);
  }
}
