package io.github.satchel.job.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A picture ready for its archive, or why it is not.
 *
 * @param index position of the image in its request, counted over all labels from 0
 * @param id names its entry in the label's archive, without the extension
 * @param extension {@code jpg} or {@code png}; null just when there is a problem
 * @param content the encoded picture; null just when there is a problem
 * @param copies the other images of the request that are the same picture
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record ResizedImage(
    String requestId,
    int index,
    String label,
    String id,
    @Nullable String extension,
    byte @Nullable [] content,
    @Nullable Problem problem,
    List<ImageTask.Copy> copies) {

  /**
   * A picture of the right size.
   *
   * @param extension {@code jpg} or {@code png}
   */
  public static ResizedImage of(ImageTask task, byte[] content, String extension) {
    return of(task, Objects.requireNonNull(extension), Objects.requireNonNull(content), null);
  }

  /** A picture that could not be fetched or read. */
  public static ResizedImage failed(ImageTask task, Problem problem) {
    return of(task, null, null, Objects.requireNonNull(problem));
  }

  private static ResizedImage of(
      ImageTask task,
      @Nullable String extension,
      byte @Nullable [] content,
      @Nullable Problem problem) {
    return new ResizedImage(
        task.requestId(),
        task.index(),
        task.label(),
        task.location().id(),
        extension,
        content,
        problem,
        task.copies());
  }

  /** Name of the entry in the label's archive, as in {@code c1.jpg}; null if there is a problem. */
  public @Nullable String name() {
    return extension == null ? null : id + "." + extension;
  }

  /** The same picture as another image of the request. */
  public ResizedImage as(ImageTask.Copy copy) {
    return new ResizedImage(
        requestId, copy.index(), copy.label(), copy.id(), extension, content, problem, List.of());
  }
}
