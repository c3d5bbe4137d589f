package io.github.satchel.job.fetch;

import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Provenance;
import org.jspecify.annotations.Nullable;

/**
 * Takes what became of an image, be it from its origin or kept from an earlier time: just one of
 * its methods is called, once, from any thread.
 */
interface ImageReceiver {

  /**
   * The image is there.
   *
   * @param content not to be changed, as others may have it too
   * @param provenance under what its result may be kept; null if it may not
   * @param release to be run once, when the content has been handed on
   */
  void arrived(byte[] content, @Nullable Provenance provenance, Runnable release);

  /**
   * The image is there, and is resized already.
   *
   * @param extension {@code jpg} or {@code png}
   */
  void resized(byte[] content, String extension, Runnable release);

  /** There is no image. */
  void failed(Problem problem);
}
