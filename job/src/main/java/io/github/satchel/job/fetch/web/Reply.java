package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.Origin;
import io.github.satchel.job.memory.ByteBudget;
import java.util.List;

/** What came of a request to a web server. */
sealed interface Reply {

  /**
   * The body is there.
   *
   * @param origin without the hops, until an attempt is done
   * @param share what it holds of the budget, to be released by whoever takes the content
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Arrived(byte[] content, Origin origin, ByteBudget.Share share) implements Reply {

    Arrived reachedBy(List<String> hops) {
      return new Arrived(content, origin.reachedBy(hops), share);
    }
  }

  /**
   * It is elsewhere.
   *
   * @param location as the server wrote it
   */
  record Moved(String location) implements Reply {}

  /** It is still what the validators of the request say. */
  record Unchanged() implements Reply {}

  /** It is not to be had. */
  record Failed(Fault fault) implements Reply {}
}
