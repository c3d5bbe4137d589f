package io.github.satchel.job.window;

import io.github.satchel.contract.ImageCounts;
import io.github.satchel.job.model.ResizedImage;

/**
 * What was seen of a request over all labels. It is written for every image, so it is a few numbers
 * whatever the request's size; public for the POJO serializer.
 *
 * @param bytes size of the entries of all archives together if they were written now
 * @param progressAt processing time of the last progress event, in milliseconds; 0 for none
 * @param progressTimer processing time of the timer for the next one, in milliseconds; 0 for none
 */
public record Tally(int usable, int failed, long bytes, long progressAt, long progressTimer) {

  static final Tally EMPTY = new Tally(0, 0, 0, 0, 0);

  Tally plus(ResizedImage image) {
    return image.problem() != null
        ? new Tally(usable, failed + 1, bytes, progressAt, progressTimer)
        : new Tally(
            usable + 1, failed, bytes + LabelTally.bytesOf(image), progressAt, progressTimer);
  }

  Tally reported(long at) {
    return new Tally(usable, failed, bytes, at, 0);
  }

  Tally timed(long timer) {
    return new Tally(usable, failed, bytes, progressAt, timer);
  }

  ImageCounts counts(int total) {
    return new ImageCounts(total, usable, failed);
  }
}
