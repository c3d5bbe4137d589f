package io.github.satchel.connectors.training.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.satchel.connectors.training.transport.HttpUrls;
import java.util.Objects;

/**
 * Where a {@link HttpTrainerSink} sends archives. Lives in memory only.
 *
 * @param url what is posted to, absolute, http or https
 * @param secret what requests are signed with
 */
public record HttpEndpoint(
    @JsonProperty(value = "url", required = true) String url,
    @JsonProperty(value = "secret", required = true) String secret) {

  /**
   * @throws IllegalArgumentException if the secret is empty, or the url is not an absolute http(s)
   *     url or holds user info, a query or a fragment (where secrets hide); the message repeats
   *     neither
   */
  public HttpEndpoint {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(secret, "secret");
    if (secret.isBlank()) {
      throw new IllegalArgumentException("The secret is empty");
    }
    HttpUrls.requireBase("url", url);
  }

  @Override
  public String toString() {
    return "HttpEndpoint[url=" + url + ", secret=***]";
  }
}
