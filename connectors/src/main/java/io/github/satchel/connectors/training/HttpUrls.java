package io.github.satchel.connectors.training;

import java.net.URI;
import java.net.URISyntaxException;

/** Base urls that come from configuration. */
final class HttpUrls {

  private HttpUrls() {}

  /**
   * Checks that a url can have a path appended and holds no place for a secret.
   *
   * @throws IllegalArgumentException names {@code what} and never repeats the url
   */
  static void requireBase(String what, String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException malformed) {
      // Without the cause, whose message is the url.
      throw new IllegalArgumentException("The " + what + " is not a url");
    }
    boolean http =
        "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
    if (!http || uri.getHost() == null) {
      throw new IllegalArgumentException("The " + what + " must be an absolute http or https url");
    }
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "The " + what + " must be a plain base url: no user info, no query, no fragment");
    }
  }

  static URI append(String base, String path) {
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }
}
