package io.github.satchel.guard.address;

import java.math.BigInteger;
import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Host names as a browser understands them, after the host parser of the <a
 * href="https://url.spec.whatwg.org/#host-parsing">URL standard</a>.
 */
public final class HostNames {

  private static final Pattern ESCAPES = Pattern.compile("(%[0-9A-Fa-f]{2})+");
  private static final Pattern NUMBER = Pattern.compile("0[xX][0-9A-Fa-f]*|[0-9]+");
  private static final Pattern FORBIDDEN =
      Pattern.compile("[\\x00-\\x20\\x7f#%/:<>?@\\[\\\\\\]^|]");
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int MAX_LENGTH = 253;

  private HostNames() {}

  /**
   * One spelling for all spellings of a name: no escapes, ASCII, lower case, no dot at its end.
   *
   * @throws IllegalArgumentException if it is no name of a host
   */
  public static String normalise(String host) {
    if (host.startsWith("[") && host.endsWith("]")) {
      return host.toLowerCase(Locale.ROOT);
    }
    String ascii = IDN.toASCII(unescape(host), IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    String name = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
    if (name.isEmpty() || name.length() > MAX_LENGTH || FORBIDDEN.matcher(name).find()) {
      throw new IllegalArgumentException("not a host: " + host);
    }
    return name;
  }

  /**
   * The address that a host stands for without asking a name server: an IPv6 address in brackets,
   * an IPv4 address in any of the forms of {@code inet_aton}, or a name for the machine itself (RFC
   * 6761).
   *
   * @return empty if the host has to be looked up
   * @throws UnknownHostException if it looks like an address and is none
   */
  public static Optional<InetAddress> literal(String host) throws UnknownHostException {
    if (host.startsWith("[")) {
      if (host.indexOf('%') >= 0) { // a zone: of this machine's links only
        throw new UnknownHostException(host);
      }
      return Optional.of(InetAddress.getByName(host)); // in brackets, it is never looked up
    }
    if (host.equals("localhost") || host.endsWith(".localhost")) {
      return Optional.of(InetAddress.getByAddress(LOOPBACK));
    }
    List<String> parts = List.of(host.split("\\.", -1));
    if (!NUMBER.matcher(parts.get(parts.size() - 1)).matches()) {
      return Optional.empty();
    }
    return Optional.of(InetAddress.getByAddress(ipv4(host, parts)));
  }

  /** The last number fills all the bytes that the ones before it leave. */
  private static byte[] ipv4(String host, List<String> parts) throws UnknownHostException {
    BigInteger address = BigInteger.ZERO;
    for (int i = 0; i < parts.size(); i++) {
      boolean last = i == parts.size() - 1;
      int bytes = last ? 5 - parts.size() : 1;
      if (parts.size() > 4 || !NUMBER.matcher(parts.get(i)).matches()) {
        throw new UnknownHostException(host);
      }
      BigInteger number = number(host, parts.get(i));
      if (number.bitLength() > 8 * bytes) {
        throw new UnknownHostException(host);
      }
      address = address.shiftLeft(8 * bytes).or(number);
    }
    byte[] padded = new byte[8];
    byte[] digits = address.toByteArray();
    System.arraycopy(digits, 0, padded, padded.length - digits.length, digits.length);
    return Arrays.copyOfRange(padded, 4, 8);
  }

  private static BigInteger number(String host, String digits) throws UnknownHostException {
    try {
      if (digits.length() >= 2 && (digits.charAt(1) == 'x' || digits.charAt(1) == 'X')) {
        return digits.length() == 2 ? BigInteger.ZERO : new BigInteger(digits.substring(2), 16);
      }
      return new BigInteger(digits, digits.length() > 1 && digits.startsWith("0") ? 8 : 10);
    } catch (NumberFormatException e) {
      throw new UnknownHostException(host);
    }
  }

  /** Resolves percent escapes, of UTF-8. */
  public static String unescape(String host) {
    return ESCAPES
        .matcher(host)
        .replaceAll(
            match -> {
              String hex = match.group().replace("%", "");
              byte[] bytes = new BigInteger("01" + hex, 16).toByteArray();
              return Matcher.quoteReplacement(
                  new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8));
            });
  }
}
