package io.github.satchel.job.fetch;

import java.io.IOException;

/** None of a host's addresses may be connected to. */
final class BlockedAddressException extends IOException {
  BlockedAddressException(String host) {
    super("not an address of the public internet: " + host);
  }
}
