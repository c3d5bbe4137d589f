package io.github.satchel.job.model;

/**
 * That a request is over a quota; public for the POJO serializer.
 *
 * @param projectId of the request
 * @param pointer RFC 6901 pointer to the field of the request whose quota it is
 * @param retryAfterSeconds how long to wait before another request
 */
public record Refusal(String projectId, String pointer, int retryAfterSeconds) {

  /** A refusal for some milliseconds. */
  public static Refusal after(String projectId, String pointer, long wait) {
    return new Refusal(projectId, pointer, Math.toIntExact((wait + 999) / 1000));
  }
}
