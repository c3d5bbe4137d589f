package io.github.satchel.job.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an image as they were found, or why there are none.
 *
 * @param content null just when there is a problem
 * @param extension of a picture that was kept from an earlier time, and is resized already: {@code
 *     jpg} or {@code png}; null if it is still to be resized
 * @param provenance under what the resized picture is to be kept; null if it is not
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record FetchedImage(
    ImageTask task,
    byte @Nullable [] content,
    @Nullable String extension,
    @Nullable Provenance provenance,
    @Nullable Problem problem) {

  /** An image that arrived. */
  public static FetchedImage of(ImageTask task, byte[] content, @Nullable Provenance provenance) {
    return new FetchedImage(task, Objects.requireNonNull(content), null, provenance, null);
  }

  /** An image that was kept. */
  public static FetchedImage resized(ImageTask task, byte[] content, String extension) {
    return new FetchedImage(
        task, Objects.requireNonNull(content), Objects.requireNonNull(extension), null, null);
  }

  /** An image that did not arrive. */
  public static FetchedImage failed(ImageTask task, Problem problem) {
    return new FetchedImage(task, null, null, null, Objects.requireNonNull(problem));
  }
}
