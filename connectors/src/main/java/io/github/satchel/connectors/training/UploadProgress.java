package io.github.satchel.connectors.training;

/** Is told how far an upload is, on the thread that uploads, after every few kilobytes. */
@FunctionalInterface
interface UploadProgress {

  /**
   * The upload is this far.
   *
   * @param bytes sent so far in this attempt
   */
  void sent(long bytes);
}
