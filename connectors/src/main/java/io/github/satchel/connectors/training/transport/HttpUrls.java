package io.github.satchel.connectors.training.transport;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Base urls that come from configuration. */
public final class HttpUrls {

  private HttpUrls() {}

  /**
   * Checks that a url can have a path appended and holds no place for a secret.
   *
   * @throws IllegalArgumentException names {@code what} and never repeats the url
   */
  public static void requireBase(String what, String url) {
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

  /**
   * The origin that a text is.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static String requireOrigin(String text) {
    requireBase("origin " + text, text);
    String path = URI.create(text).getRawPath();
    if (!path.isEmpty() && !path.equals("/")) {
      throw new IllegalArgumentException("The origin " + text + " must have no path");
    }
    return origin(text);
  }

  /** The origin of a base url: scheme, host and port, in one spelling (RFC 6454). */
  public static String origin(String base) {
    URI uri = URI.create(base);
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
  }

  public static URI append(String base, String path) {
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }
}
