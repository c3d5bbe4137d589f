package io.github.satchel.job.fetch;

import java.util.List;
import java.util.Locale;

/** Host names that an operator lists: {@code example.org}, or {@code *.example.org} below it. */
record HostPatterns(List<String> patterns) {

  HostPatterns {
    patterns = patterns.stream().map(pattern -> pattern.toLowerCase(Locale.ROOT)).toList();
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
