package io.github.satchel.job.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An image ready for its archive, or why it is not.
 *
 * @param index position of the image in its request, counted over all labels from 0
 * @param name of its entry in the label's archive, as in {@code c1.jpg}; null just when there is a
 *     problem
 * @param content the encoded picture; null just when there is a problem
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record ResizedImage(
    String requestId,
    int index,
    String label,
    @Nullable String name,
    byte @Nullable [] content,
    @Nullable Problem problem) {

  /**
   * A picture of the right size.
   *
   * @param extension of the entry's name: {@code jpg} or {@code png}
   */
  public static ResizedImage of(ImageTask task, byte[] content, String extension) {
    return new ResizedImage(
        task.requestId(),
        task.index(),
        task.label(),
        task.location().id() + "." + extension,
        Objects.requireNonNull(content),
        null);
  }

  /** A picture that could not be fetched or read. */
  public static ResizedImage failed(ImageTask task, Problem problem) {
    return new ResizedImage(
        task.requestId(), task.index(), task.label(), null, null, Objects.requireNonNull(problem));
  }
}
