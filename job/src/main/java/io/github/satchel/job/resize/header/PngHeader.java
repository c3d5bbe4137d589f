package io.github.satchel.job.resize.header;

import static io.github.satchel.job.resize.header.PictureHeader.startsWith;
import static io.github.satchel.job.resize.header.PictureHeader.u32;
import static io.github.satchel.job.resize.header.PictureHeader.u8;
import static io.github.satchel.job.resize.header.PictureHeader.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** Header of a PNG: PNG specification, third edition. */
final class PngHeader {

  private static final int MAX_PROFILE_BYTES = 1 << 20;

  private PngHeader() {}

  static PictureHeader read(ByteBuffer file) throws UnreadablePictureException {
    if (!startsWith(file, 12, "IHDR")) {
      throw new UnreadablePictureException("a PNG without a header");
    }
    long width = u32(file, 16);
    long height = u32(file, 20);
    if (width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw new UnreadablePictureException("a PNG of impossible size");
    }
    int orientation = 1;
    byte[] icc = null;
    boolean data = false;
    int at = 8;
    while (!startsWith(file, at + 4, "IEND")) {
      int length = (int) Math.min(u32(file, at), Integer.MAX_VALUE);
      int body = at + 8;
      if (startsWith(file, at + 4, "IDAT")) {
        data = true;
      } else if (startsWith(file, at + 4, "eXIf")) {
        orientation = Exif.orientation(file, body, length);
      } else if (startsWith(file, at + 4, "iCCP")) {
        icc = profile(file, body, length);
      }
      at = within(file, (long) body + length + 4);
    }
    if (!data) {
      throw new UnreadablePictureException("a PNG without a picture");
    }
    return new PictureHeader(PictureType.PNG, (int) width, (int) height, 0, orientation, icc);
  }

  /** The profile: a name ended by 0, the method 0, then zlib; null if broken or far too large. */
  private static byte @Nullable [] profile(ByteBuffer file, int offset, int length) {
    int name = offset;
    while (u8(file, name) != 0) {
      name++;
    }
    int start = name + 2;
    int end = within(file, (long) offset + length);
    if (start >= end) {
      return null;
    }
    byte[] compressed = PictureHeader.bytes(file, start, end - start);
    try (var inflater = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
      byte[] profile = inflater.readNBytes(MAX_PROFILE_BYTES + 1);
      return profile.length > MAX_PROFILE_BYTES ? null : profile;
    } catch (IOException e) {
      return null;
    }
  }
}
