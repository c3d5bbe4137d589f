package io.github.satchel.job.resize.header;

import static io.github.satchel.job.resize.header.PictureHeader.startsWith;
import static io.github.satchel.job.resize.header.PictureHeader.u16;
import static io.github.satchel.job.resize.header.PictureHeader.u32;
import static io.github.satchel.job.resize.header.PictureHeader.u8;
import static io.github.satchel.job.resize.header.PictureHeader.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Header of a WebP: RFC 9649. */
final class WebpHeader {

  private WebpHeader() {}

  static PictureHeader read(ByteBuffer file) throws UnreadablePictureException {
    file.order(ByteOrder.LITTLE_ENDIAN);
    int end = within(file, u32(file, 4) + 8);
    int width = 0;
    int height = 0;
    int orientation = 1;
    byte[] icc = null;
    boolean data = false;
    int at = 12;
    while (at + 8 <= end) {
      int length = within(file, u32(file, at + 4));
      int body = at + 8;
      within(file, (long) body + length);
      if (startsWith(file, at, "ANMF")) {
        at = body + 16; // the chunks of the frame follow its own header
        continue;
      }
      if (startsWith(file, at, "VP8X")) {
        width = Math.max(width, u24(file, body + 4) + 1);
        height = Math.max(height, u24(file, body + 7) + 1);
      } else if (startsWith(file, at, "VP8 ")) {
        data = true;
        width = Math.max(width, u16(file, body + 6) & 0x3fff);
        height = Math.max(height, u16(file, body + 8) & 0x3fff);
      } else if (startsWith(file, at, "VP8L")) {
        data = true;
        long size = u32(file, body + 1);
        width = Math.max(width, (int) (size & 0x3fff) + 1);
        height = Math.max(height, (int) (size >> 14 & 0x3fff) + 1);
      } else if (startsWith(file, at, "EXIF")) {
        int exif = startsWith(file, body, "Exif\0\0") ? 6 : 0;
        orientation = Exif.orientation(file, body + exif, length - exif);
      } else if (startsWith(file, at, "ICCP")) {
        icc = PictureHeader.bytes(file, body, length);
      }
      at = body + length + (length & 1);
    }
    if (!data) {
      throw new UnreadablePictureException("a WebP without a picture");
    }
    return new PictureHeader(PictureType.WEBP, width, height, 0, orientation, icc);
  }

  private static int u24(ByteBuffer file, int offset) {
    return u16(file, offset) | u8(file, offset + 2) << 16;
  }
}
