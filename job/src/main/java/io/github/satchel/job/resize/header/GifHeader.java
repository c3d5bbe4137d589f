package io.github.satchel.job.resize.header;

import static io.github.satchel.job.resize.header.PictureHeader.u16;
import static io.github.satchel.job.resize.header.PictureHeader.u8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Header of a GIF up to the end of its first frame: GIF89a specification. */
final class GifHeader {

  private static final int EXTENSION = 0x21;
  private static final int IMAGE = 0x2c;

  private GifHeader() {}

  static PictureHeader read(ByteBuffer file) throws UnreadablePictureException {
    file.order(ByteOrder.LITTLE_ENDIAN);
    int width = u16(file, 6);
    int height = u16(file, 8);
    int at = afterColours(13, u8(file, 10));
    while (u8(file, at) == EXTENSION) {
      at = afterBlocks(file, at + 2);
    }
    if (u8(file, at) != IMAGE) {
      throw new UnreadablePictureException("a GIF without a picture");
    }
    width = Math.max(width, u16(file, at + 1) + u16(file, at + 5));
    height = Math.max(height, u16(file, at + 3) + u16(file, at + 7));
    int data = afterColours(at + 10, u8(file, at + 9));
    afterBlocks(file, data + 1);
    return new PictureHeader(PictureType.GIF, width, height, 0, 1, null);
  }

  private static int afterColours(int at, int flags) {
    return (flags & 0x80) == 0 ? at : at + 3 * (2 << (flags & 7));
  }

  private static int afterBlocks(ByteBuffer file, int from) {
    int at = from;
    while (u8(file, at) != 0) {
      at += 1 + u8(file, at);
    }
    return at + 1;
  }
}
