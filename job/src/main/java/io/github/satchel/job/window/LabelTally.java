package io.github.satchel.job.window;

import io.github.satchel.job.model.ResizedImage;
import java.util.Objects;

/**
 * What was seen of one label; public for the POJO serializer.
 *
 * @param images how many the request asks for; 0 until the request is there
 * @param bytes size of the label's archive if it were written now
 */
public record LabelTally(int images, int usable, int failed, long bytes) {

  static final LabelTally EMPTY = new LabelTally(0, 0, 0, ArchiveStore.EMPTY_ARCHIVE_BYTES);

  LabelTally of(int wanted) {
    return new LabelTally(wanted, usable, failed, bytes);
  }

  LabelTally plus(ResizedImage image) {
    return image.problem() != null
        ? new LabelTally(images, usable, failed + 1, bytes)
        : new LabelTally(images, usable + 1, failed, bytes + bytesOf(image));
  }

  /** By how much an image lengthens the label's archive. */
  static long bytesOf(ResizedImage image) {
    return image.problem() != null
        ? 0
        : ArchiveStore.entryBytes(
            Objects.requireNonNull(image.name()), Objects.requireNonNull(image.content()).length);
  }
}
