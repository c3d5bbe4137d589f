package io.github.satchel.job.fetch.web;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unwraps a gzip stream (RFC 1952) by and by, giving no more at a time than there is room for. Of a
 * stream of several members, the first is taken; its checksum is not.
 */
final class Gunzip implements AutoCloseable {

  /** The first two bytes, and the one compression method that there is: deflate. */
  private static final int[] MAGIC = {0x1f, 0x8b, 8};

  private static final int FIXED_HEADER = 10;
  private static final int CHECKSUM = 0x02;
  private static final int EXTRA = 0x04;
  private static final int NAME = 0x08;
  private static final int COMMENT = 0x10;

  private final Inflater inflater = new Inflater(true);
  private int position;
  private int flags;
  private int extraLengthBytes;
  private int toSkip;
  private boolean inBody;

  /** Takes the next part of the stream; the one before must be used up. */
  void feed(byte[] part) throws DataFormatException {
    int at = 0;
    while (!inBody && at < part.length) {
      header(part[at] & 0xff);
      at++;
    }
    inflater.setInput(part, at, part.length - at);
  }

  /**
   * Unwraps some bytes.
   *
   * @return how many; 0 if it needs the next part, or is at its end
   */
  int read(byte[] into, int offset, int length) throws DataFormatException {
    return inBody ? inflater.inflate(into, offset, length) : 0;
  }

  boolean isFinished() {
    return inflater.finished();
  }

  @Override
  public void close() {
    inflater.end();
  }

  /** Ten fixed bytes, then what the flags announce, each of which clears its flag. */
  private void header(int octet) throws DataFormatException {
    if (position < FIXED_HEADER) {
      if (position < MAGIC.length && octet != MAGIC[position]) {
        throw new DataFormatException("not a gzip stream");
      }
      if (position == 3) {
        flags = octet;
      }
      position++;
    } else if ((flags & EXTRA) != 0) {
      extra(octet);
    } else if ((flags & NAME) != 0) {
      flags &= octet == 0 ? ~NAME : ~0;
    } else if ((flags & COMMENT) != 0) {
      flags &= octet == 0 ? ~COMMENT : ~0;
    } else if (++position == FIXED_HEADER + 2) {
      flags &= ~CHECKSUM;
    }
    inBody = position >= FIXED_HEADER && (flags & (EXTRA | NAME | COMMENT | CHECKSUM)) == 0;
  }

  /** Two bytes of length, little end first, then as many bytes. */
  private void extra(int octet) {
    if (extraLengthBytes < 2) {
      toSkip |= octet << (8 * extraLengthBytes);
      extraLengthBytes++;
    } else {
      toSkip--;
    }
    if (extraLengthBytes == 2 && toSkip == 0) {
      flags &= ~EXTRA;
    }
  }
}
