package io.github.satchel.job.resize.header;

import static io.github.satchel.job.resize.header.PictureHeader.startsWith;
import static io.github.satchel.job.resize.header.PictureHeader.u16;
import static io.github.satchel.job.resize.header.PictureHeader.u32;
import static io.github.satchel.job.resize.header.PictureHeader.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Header of a BMP: BITMAPCOREHEADER, BITMAPINFOHEADER and its successors. */
final class BmpHeader {

  private static final int CORE_HEADER_BYTES = 12;
  private static final int UNCOMPRESSED = 0;
  private static final int BIT_FIELDS = 3;
  private static final int JPEG = 4;

  private BmpHeader() {}

  static boolean matches(ByteBuffer file) {
    if (!startsWith(file, 0, "BM") || file.limit() < 18) {
      return false;
    }
    file.order(ByteOrder.LITTLE_ENDIAN);
    return switch (file.getInt(14)) {
      case CORE_HEADER_BYTES, 40, 52, 56, 64, 108, 124 -> true;
      default -> false;
    };
  }

  static PictureHeader read(ByteBuffer file) throws UnreadablePictureException {
    boolean core = file.getInt(14) == CORE_HEADER_BYTES;
    long width = core ? u16(file, 18) : Math.abs((long) file.getInt(18));
    long height = core ? u16(file, 20) : Math.abs((long) file.getInt(22));
    int bits = u16(file, core ? 24 : 28);
    int compression = core ? UNCOMPRESSED : file.getInt(30);
    if (width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw new UnreadablePictureException("a BMP of impossible size");
    }
    if (compression >= JPEG) {
      throw new UnreadablePictureException("a BMP that holds another format");
    }
    if (compression == UNCOMPRESSED || compression == BIT_FIELDS) {
      long row = (width * bits + 31) / 32 * 4;
      // Compared by division: the product may overflow.
      if (row > 0 && (file.limit() - u32(file, 10)) / row < height) {
        within(file, Long.MAX_VALUE);
      }
    }
    return new PictureHeader(PictureType.BMP, (int) width, (int) height, 0, 1, null);
  }
}
