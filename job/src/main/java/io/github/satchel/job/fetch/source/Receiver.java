package io.github.satchel.job.fetch.source;

import io.github.satchel.job.model.Problem;

/** Takes what became of a fetch: just one of its methods is called, once, from any thread. */
public interface Receiver {

  /**
   * The image is there.
   *
   * @param content not to be changed, as others may have it too
   * @param origin what else is known of it
   * @param release to be run once, when the content has been handed on
   */
  void arrived(byte[] content, Origin origin, Runnable release);

  /** The image is what the validators say that it was asked for with. */
  void unchanged();

  /** There is no image. */
  void failed(Problem problem);
}
