package io.github.satchel.guard.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses may be connected to: those of the public internet, and those that an operator
 * lists.
 *
 * <p>Of IPv4, everything in the <a
 * href="https://www.iana.org/assignments/iana-ipv4-special-registry">special-purpose registry</a>
 * that is not globally reachable is refused, 6to4 relays, multicast and the reserved class E with
 * the broadcast address. Of IPv6, only global unicast (2000::/3) is taken, without its
 * special-purpose blocks and without every form that carries an IPv4 address inside, since a
 * gateway may unwrap it behind the check: compatible (RFC 4291), NAT64 (RFC 6052, RFC 8215), 6to4
 * (RFC 3056), Teredo (RFC 4380), ISATAP (RFC 5214). An IPv4-mapped address is an {@link
 * Inet4Address} in Java and is judged as that.
 */
public record AddressPolicy(List<Network> allowedNetworks, HostPatterns allowedHosts) {

  private static final List<Network> FORBIDDEN_IPV4 =
      Stream.of(
              "0.0.0.0/8", // this network
              "10.0.0.0/8", // private
              "100.64.0.0/10", // carrier-grade NAT
              "127.0.0.0/8", // loopback
              "169.254.0.0/16", // link-local, with the metadata services of clouds
              "172.16.0.0/12", // private
              "192.0.0.0/24", // protocol assignments
              "192.0.2.0/24", // documentation
              "192.88.99.0/24", // 6to4 relays
              "192.168.0.0/16", // private
              "198.18.0.0/15", // benchmarks
              "198.51.100.0/24", // documentation
              "203.0.113.0/24", // documentation
              "224.0.0.0/4", // multicast
              "240.0.0.0/4") // reserved, and broadcast
          .map(Network::parse)
          .toList();

  private static final Network GLOBAL_UNICAST_IPV6 = Network.parse("2000::/3");

  private static final List<Network> FORBIDDEN_IPV6 =
      Stream.of(
              "2001::/23", // protocol assignments, with Teredo
              "2001:db8::/32", // documentation
              "2002::/16", // 6to4
              "3fff::/20") // documentation
          .map(Network::parse)
          .toList();

  /**
   * A policy with exceptions.
   *
   * @param networks CIDR blocks
   * @throws IllegalArgumentException if one of them is none
   */
  public static AddressPolicy allowing(List<String> networks, HostPatterns hosts) {
    return new AddressPolicy(networks.stream().map(Network::parse).toList(), hosts);
  }

  /**
   * Those of a host's addresses that may be connected to.
   *
   * @param host as {@link HostNames#normalise} writes it
   * @throws BlockedAddressException if there are none
   */
  public List<InetAddress> check(String host, List<InetAddress> addresses)
      throws BlockedAddressException {
    List<InetAddress> allowed =
        addresses.stream().filter(address -> allows(host, address)).toList();
    if (allowed.isEmpty()) {
      throw new BlockedAddressException(host);
    }
    return allowed;
  }

  private boolean allows(String host, InetAddress address) {
    return isPublic(address)
        || allowedNetworks.stream().anyMatch(network -> network.contains(address))
        || allowedHosts.matches(host);
  }

  private static boolean isPublic(InetAddress address) {
    if (address instanceof Inet4Address) {
      return FORBIDDEN_IPV4.stream().noneMatch(network -> network.contains(address));
    }
    return GLOBAL_UNICAST_IPV6.contains(address)
        && FORBIDDEN_IPV6.stream().noneMatch(network -> network.contains(address))
        && !isIsatap(address.getAddress());
  }

  /** RFC 5214: the interface identifier is 0000:5efe or 0200:5efe and an IPv4 address. */
  private static boolean isIsatap(byte[] address) {
    return (address[8] & 0xfd) == 0
        && address[9] == 0
        && address[10] == 0x5e
        && address[11] == (byte) 0xfe;
  }
}
