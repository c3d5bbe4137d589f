package io.github.satchel.guard.address;

import java.net.UnknownHostException;

/** None of a host's addresses may be connected to. */
public final class BlockedAddressException extends UnknownHostException {
  BlockedAddressException(String host) {
    super("not an address of the public internet: " + host);
  }
}
