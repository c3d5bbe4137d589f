package io.github.satchel.guard.address;

import java.util.List;
import java.util.Locale;

/** Host names that an operator lists: {@code example.org}, or {@code *.example.org} below it. */
public record HostPatterns(List<String> patterns) {

  public HostPatterns {
    patterns = patterns.stream().map(pattern -> pattern.toLowerCase(Locale.ROOT)).toList();
  }

  /** Whether it can match a host at all: a name or an address, after {@code *.} or on its own. */
  public static boolean isPattern(String pattern) {
    String host = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
    try {
      return host.indexOf('*') < 0
          && HostNames.normalise(host).equals(host.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Whether a host is listed.
   *
   * @param host as {@link HostNames#normalise} writes it
   */
  public boolean matches(String host) {
    for (String pattern : patterns) {
      if (pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : host.equals(pattern)) {
        return true;
      }
    }
    return false;
  }
}
