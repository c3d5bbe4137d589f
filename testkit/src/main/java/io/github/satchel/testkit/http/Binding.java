package io.github.satchel.testkit.http;

import io.github.satchel.testkit.tls.LocalCertificates;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link LoopbackServer} listens.
 *
 * @param port the same at each of its hosts, 0 for a free one
 * @param hosts 1 for 127.0.0.1 alone; more for as many besides, see {@link LoopbackHosts}
 * @param certificates with which it takes TLS too, null for plain HTTP alone
 */
public record Binding(int port, int hosts, @Nullable LocalCertificates certificates) {

  /** Plain HTTP on 127.0.0.1. */
  public static Binding of(int port) {
    return new Binding(port, 1, null);
  }

  /** The same, and TLS at the same port. */
  public Binding with(LocalCertificates certificates) {
    return new Binding(port, hosts, certificates);
  }
}
