package io.github.satchel.guard.address;

import io.netty.util.NetUtil;
import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A block of addresses in CIDR notation (RFC 4632, RFC 4291): {@code 10.0.0.0/8}, {@code fc00::/7}.
 *
 * @param size of an address, in bytes
 * @param hostBits how many bits at the end of an address do not matter
 */
public record Network(BigInteger prefix, int size, int hostBits) {

  /**
   * Reads a block; without a slash, it is a single address.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Network parse(String cidr) {
    int slash = cidr.indexOf('/');
    byte[] address =
        NetUtil.createByteArrayFromIpAddressString(slash < 0 ? cidr : cidr.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("not an address block: " + cidr);
    }
    int bits = 8 * address.length;
    String length = slash < 0 ? "" + bits : cidr.substring(slash + 1);
    if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > bits) {
      throw new IllegalArgumentException("not an address block: " + cidr);
    }
    int prefixBits = Integer.parseInt(length);
    int hostBits = bits - prefixBits;
    return new Network(new BigInteger(1, address).shiftRight(hostBits), address.length, hostBits);
  }

  /** Whether {@link #parse} takes it. */
  public static boolean isNetwork(String cidr) {
    try {
      parse(cidr);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == size && new BigInteger(1, bytes).shiftRight(hostBits).equals(prefix);
  }
}
