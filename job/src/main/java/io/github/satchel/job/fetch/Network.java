package io.github.satchel.job.fetch;

import io.netty.util.NetUtil;
import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A block of addresses in CIDR notation (RFC 4632, RFC 4291): {@code 10.0.0.0/8}, {@code fc00::/7}.
 *
 * @param size of an address, in bytes
 * @param hostBits how many bits at the end of an address do not matter
 */
record Network(BigInteger prefix, int size, int hostBits) {

  /**
   * Reads a block; without a slash, it is a single address.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Network parse(String cidr) {
    int slash = cidr.indexOf('/');
    byte[] address =
        NetUtil.createByteArrayFromIpAddressString(slash < 0 ? cidr : cidr.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("not an address block: " + cidr);
    }
    int bits = 8 * address.length;
    int prefixBits = slash < 0 ? bits : Integer.parseInt(cidr.substring(slash + 1));
    if (prefixBits < 0 || prefixBits > bits) {
      throw new IllegalArgumentException("not an address block: " + cidr);
    }
    int hostBits = bits - prefixBits;
    return new Network(new BigInteger(1, address).shiftRight(hostBits), address.length, hostBits);
  }

  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == size && new BigInteger(1, bytes).shiftRight(hostBits).equals(prefix);
  }
}
