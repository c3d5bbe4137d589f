package io.github.satchel.job.window;

import io.github.satchel.job.model.ResizedImage;
import java.util.Objects;

/**
 * What a window has seen of one label; public for the POJO serializer.
 *
 * @param bytes size of the label's archive if it were written now
 */
public record LabelTally(int usable, int failed, long bytes) {

  static final LabelTally EMPTY = new LabelTally(0, 0, ArchiveStore.EMPTY_ARCHIVE_BYTES);

  LabelTally plus(ResizedImage image) {
    return image.problem() != null
        ? new LabelTally(usable, failed + 1, bytes)
        : new LabelTally(
            usable + 1,
            failed,
            bytes
                + ArchiveStore.entryBytes(
                    Objects.requireNonNull(image.name()),
                    Objects.requireNonNull(image.content()).length));
  }
}
