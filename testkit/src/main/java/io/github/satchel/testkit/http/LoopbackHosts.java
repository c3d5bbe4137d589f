package io.github.satchel.testkit.http;

import java.util.ArrayList;
import java.util.List;

/**
 * Hosts of this machine that are different ones to whoever counts connections by host: 127.0.1.1,
 * 127.0.1.2 and so on.
 */
public final class LoopbackHosts {

  private static final String FIRST = "127.0.0.1";

  private LoopbackHosts() {}

  /**
   * The host of the n-th of something that is spread evenly.
   *
   * @param hosts how many there are; 1 for 127.0.0.1
   */
  public static String host(int hosts, long n) {
    return hosts == 1 ? FIRST : "127.0.1." + (1 + n % hosts);
  }

  /** 127.0.0.1, and all of them if they are several. */
  static List<String> all(int hosts) {
    List<String> all = new ArrayList<>(List.of(FIRST));
    for (int n = 0; hosts > 1 && n < hosts; n++) {
      all.add(host(hosts, n));
    }
    return all;
  }
}
