package io.github.satchel.job.fetch;

/** What came of a request to a web server. */
sealed interface Reply {

  /**
   * The body is there.
   *
   * @param share what it holds of the budget, to be released by whoever takes the content
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Arrived(byte[] content, ByteBudget.Share share) implements Reply {}

  /**
   * It is elsewhere.
   *
   * @param location as the server wrote it
   */
  record Moved(String location) implements Reply {}

  /** It is not to be had. */
  record Failed(Fault fault) implements Reply {}
}
