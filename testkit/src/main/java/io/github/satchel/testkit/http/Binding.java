package io.github.satchel.testkit.http;

import io.github.satchel.testkit.tls.LocalCertificates;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link LoopbackServer} listens.
 *
 * @param port the same at each of its hosts, 0 for a free one
 * @param address the one of this machine's to listen at instead of the hosts; null for none
 * @param hosts 1 for 127.0.0.1 alone; more for as many besides, see {@link LoopbackHosts}
 * @param certificates with which it takes TLS too, null for plain HTTP alone
 */
public record Binding(
    int port, @Nullable String address, int hosts, @Nullable LocalCertificates certificates) {

  /** On the loopback interface, with TLS if there are certificates. */
  public Binding(int port, int hosts, @Nullable LocalCertificates certificates) {
    this(port, null, hosts, certificates);
  }

  /** Plain HTTP on 127.0.0.1. */
  public static Binding of(int port) {
    return new Binding(port, 1, null);
  }

  /** Plain HTTP on an address of this machine, such as 0.0.0.0 in a container. */
  public static Binding at(String address, int port) {
    return new Binding(port, address, 1, null);
  }

  /** The same, and TLS at the same port. */
  public Binding with(LocalCertificates certificates) {
    return new Binding(port, address, hosts, certificates);
  }
}
