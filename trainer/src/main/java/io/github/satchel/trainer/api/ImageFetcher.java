package io.github.satchel.trainer.api;

import java.io.IOException;

/** Fetches images from web addresses that callers name. */
@FunctionalInterface
public interface ImageFetcher {
  /** One that fetches nothing. */
  ImageFetcher NONE =
      (address, maxBytes) -> {
        throw new FetchException("Access forbidden by target server");
      };

  /**
   * Fetches one.
   *
   * @throws FetchException with the service's own words for what went wrong
   */
  byte[] fetch(String address, int maxBytes) throws FetchException, InterruptedException;

  /** Nothing came of it. */
  final class FetchException extends IOException {
    /** With the words that the caller gets to read. */
    public FetchException(String message) {
      super(message);
    }
  }
}
