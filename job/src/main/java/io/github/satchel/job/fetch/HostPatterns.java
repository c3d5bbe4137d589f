package io.github.satchel.job.fetch;

import java.util.List;
import java.util.Locale;

/** Host names that an operator lists: {@code example.org}, or {@code *.example.org} below it. */
record HostPatterns(List<String> patterns) {

  HostPatterns {
    patterns = patterns.stream().map(pattern -> pattern.toLowerCase(Locale.ROOT)).toList();
  }

  /** Whether it can match a host at all: a name or an address, after {@code *.} or on its own. */
  static boolean isPattern(String pattern) {
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
   * @param host as {@link WebAddress} writes it
   */
  boolean matches(String host) {
    for (String pattern : patterns) {
      if (pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : host.equals(pattern)) {
        return true;
      }
    }
    return false;
  }
}
