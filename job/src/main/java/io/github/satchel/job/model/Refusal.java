package io.github.satchel.job.model;

/**
 * That a request is over a quota; public for the POJO serializer.
 *
 * @param pointer RFC 6901 pointer to the field of the request whose quota it is
 * @param retryAfterSeconds how long to wait before another request
 */
public record Refusal(String pointer, int retryAfterSeconds) {

  /** A refusal for some milliseconds. */
  public static Refusal after(String pointer, long wait) {
    return new Refusal(pointer, Math.toIntExact((wait + 999) / 1000));
  }
}
