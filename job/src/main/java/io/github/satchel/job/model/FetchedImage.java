package io.github.satchel.job.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an image as they were found, or why there are none.
 *
 * @param content null just when there is a problem
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record FetchedImage(ImageTask task, byte @Nullable [] content, @Nullable Problem problem) {

  /** An image that arrived. */
  public static FetchedImage of(ImageTask task, byte[] content) {
    return new FetchedImage(task, Objects.requireNonNull(content), null);
  }

  /** An image that did not. */
  public static FetchedImage failed(ImageTask task, Problem problem) {
    return new FetchedImage(task, null, Objects.requireNonNull(problem));
  }
}
