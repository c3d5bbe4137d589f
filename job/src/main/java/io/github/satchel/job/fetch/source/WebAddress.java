package io.github.satchel.job.fetch.source;

import io.github.satchel.guard.address.HostNames;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.asynchttpclient.uri.Uri;
import org.jspecify.annotations.Nullable;

/**
 * An address on the web, read as leniently as a browser reads it.
 *
 * @param uri with a normalised host and no user information
 * @param credentials user and password as they stood in the address: secret
 */
public record WebAddress(Uri uri, @Nullable String credentials) {

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it is none; the message does not repeat it
   */
  public static WebAddress parse(String address) {
    return of(null, address);
  }

  /** Whether this is an address that can be fetched from. */
  public static boolean isWeb(String address) {
    try {
      return parse(address).isWeb();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Where a redirect from here leads. Credentials go along within a host only.
   *
   * @throws IllegalArgumentException as for {@link #parse}
   */
  public WebAddress resolve(String location) {
    WebAddress target = of(uri, utf8(location));
    return target.credentials == null && target.uri.isSameBase(uri)
        ? new WebAddress(target.uri, credentials)
        : target;
  }

  /** {@code scheme://host:port}, what it takes to connect. */
  public String origin() {
    return uri.getScheme() + "://" + host() + ":" + port();
  }

  public String host() {
    return uri.getHost();
  }

  public int port() {
    return uri.getExplicitPort();
  }

  public boolean isWeb() {
    return uri.getScheme().equals("http") || uri.getScheme().equals("https");
  }

  private static WebAddress of(@Nullable Uri base, String address) {
    try {
      Uri read = Uri.create(base, browserSpelling(address));
      Uri normalised =
          new Uri(
              read.getScheme().toLowerCase(Locale.ROOT),
              null,
              HostNames.normalise(read.getHost()),
              read.getPort(),
              read.getNonEmptyPath(),
              read.getQuery(),
              null);
      return new WebAddress(normalised, read.getUserInfo());
    } catch (RuntimeException e) { // of the parser, for whatever it does not like
      throw new IllegalArgumentException("not an address");
    }
  }

  /** Blanks around, line breaks and tabs inside, and backslashes for slashes are forgiven. */
  private static String browserSpelling(String address) {
    String joined = address.strip().replaceAll("[\\t\\r\\n]", "");
    int query = joined.indexOf('?');
    int end = query < 0 ? joined.length() : query;
    return joined.substring(0, end).replace('\\', '/') + joined.substring(end);
  }

  /** Headers are read as ISO 8859-1; what servers put there unescaped is UTF-8. */
  private static String utf8(String location) {
    return new String(location.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}
