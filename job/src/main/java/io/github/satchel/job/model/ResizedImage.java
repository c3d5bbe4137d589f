package io.github.satchel.job.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An image ready for its archive, or why it is not.
 *
 * @param index position of the image in its request
 * @param content the encoded picture; null just when there is a problem
 * @param extension of the entry's name: {@code jpg} or {@code png}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record ResizedImage(
    String requestId,
    int index,
    byte @Nullable [] content,
    @Nullable String extension,
    @Nullable Problem problem) {

  /** A picture of the right size. */
  public static ResizedImage of(ImageTask task, byte[] content, String extension) {
    return new ResizedImage(
        task.requestId(), task.index(), Objects.requireNonNull(content), extension, null);
  }

  /** A picture that could not be fetched or read. */
  public static ResizedImage failed(ImageTask task, Problem problem) {
    return new ResizedImage(
        task.requestId(), task.index(), null, null, Objects.requireNonNull(problem));
  }
}
