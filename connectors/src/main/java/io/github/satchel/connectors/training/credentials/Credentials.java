package io.github.satchel.connectors.training.credentials;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.satchel.connectors.training.transport.HttpUrls;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Access to one instance of Watson. Lives in memory only.
 *
 * @param url base url of the instance, absolute, http or https
 * @param apiKey its key, secret
 * @param auth how the key is shown
 */
public record Credentials(String url, String apiKey, Auth auth) {

  /** How a key proves itself. */
  public enum Auth {
    /** Exchanged for a bearer token at IAM. */
    @JsonProperty("iam")
    IAM,
    /** HTTP Basic, user {@code apikey}. */
    @JsonProperty("basic")
    BASIC,
    /** In the query, as the oldest instances want it, with version 2016-05-20 of the API. */
    @JsonProperty("api_key")
    API_KEY
  }

  /**
   * @throws IllegalArgumentException if the key is empty, or the url is not an absolute http(s) url
   *     or holds user info, a query or a fragment (where secrets hide); the message repeats neither
   */
  public Credentials {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(apiKey, "apikey");
    Objects.requireNonNull(auth, "auth");
    if (apiKey.isBlank()) {
      throw new IllegalArgumentException("The apikey is empty");
    }
    HttpUrls.requireBase("url", url);
  }

  /** Access by IAM. */
  public Credentials(String url, String apiKey) {
    this(url, apiKey, Auth.IAM);
  }

  @JsonCreator
  public static Credentials read(
      @JsonProperty(value = "url", required = true) String url,
      @JsonProperty("apikey") @Nullable String apiKey,
      @JsonProperty("api_key") @Nullable String legacyKey,
      @JsonProperty("auth") @Nullable Auth auth) {
    if (apiKey == null && legacyKey != null) {
      return new Credentials(url, legacyKey, Auth.API_KEY);
    }
    return new Credentials(
        url, Objects.requireNonNull(apiKey, "apikey"), auth == null ? Auth.IAM : auth);
  }

  /** The address of {@code path}, which begins with a slash, at this instance. */
  public URI resolve(String path) {
    return HttpUrls.append(url, path);
  }

  @Override
  public String toString() {
    return "Credentials[url=" + url + ", apiKey=***, auth=" + auth + "]";
  }
}
