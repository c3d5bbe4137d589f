package io.github.satchel.connectors.watson;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.Objects;

/**
 * Access to one instance of the service. Lives in memory only.
 *
 * @param url base url of the instance, absolute, http or https
 * @param apiKey IAM key, secret
 */
public record Credentials(
    @JsonProperty(value = "url", required = true) String url,
    @JsonProperty(value = "apikey", required = true) String apiKey) {

  /**
   * @throws IllegalArgumentException if the key is empty, or the url is not an absolute http(s) url
   *     or holds user info, a query or a fragment (where secrets hide); the message repeats neither
   */
  public Credentials {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(apiKey, "apikey");
    if (apiKey.isBlank()) {
      throw new IllegalArgumentException("The apikey is empty");
    }
    HttpUrls.requireBase("url", url);
  }

  /** The address of {@code path}, which begins with a slash, at this instance. */
  URI resolve(String path) {
    return HttpUrls.append(url, path);
  }

  @Override
  public String toString() {
    return "Credentials[url=" + url + ", apiKey=***]";
  }
}
