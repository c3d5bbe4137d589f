package io.github.satchel.job.resize.header;

import static io.github.satchel.job.resize.header.PictureHeader.startsWith;
import static io.github.satchel.job.resize.header.PictureHeader.u16;
import static io.github.satchel.job.resize.header.PictureHeader.u8;
import static io.github.satchel.job.resize.header.PictureHeader.within;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Header of a JPEG: ITU-T T.81 annex B, Exif 2.3 (APP1), ICC.1 annex B.4 (APP2). */
final class JpegHeader {

  private static final int SOF0 = 0xc0;
  private static final int SOF2 = 0xc2;
  private static final int DHT = 0xc4;
  private static final int JPG = 0xc8;
  private static final int DAC = 0xcc;
  private static final int SOF15 = 0xcf;
  private static final int RST0 = 0xd0;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP1 = 0xe1;
  private static final int APP2 = 0xe2;

  private static final String EXIF = "Exif\0\0";
  private static final String ICC = "ICC_PROFILE\0";

  /**
   * A progressive picture has about ten scans; each costs a pass over all coefficients, so that a
   * small file with thousands of them would keep a decoder busy for hours.
   */
  private static final int MAX_SCANS = 100;

  private JpegHeader() {}

  static PictureHeader read(ByteBuffer file) throws UnreadablePictureException {
    int width = 0;
    int height = 0;
    int components = 0;
    int orientation = 1;
    boolean progressive = false;
    Map<Integer, byte[]> icc = new TreeMap<>();
    int at = 2;
    while (true) {
      while (u8(file, at) != 0xff) {
        at++; // decoders skip stray bytes between segments
      }
      while (u8(file, at) == 0xff) {
        at++;
      }
      int marker = u8(file, at++);
      if (marker <= 1 || (marker >= RST0 && marker <= SOI)) {
        continue;
      }
      if (marker == EOI) {
        throw new UnreadablePictureException("a JPEG without a picture");
      }
      int length = u16(file, at);
      if (marker == SOS) {
        break;
      }
      if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC) {
        if (components != 0) {
          throw new UnreadablePictureException("a JPEG with two frames");
        }
        progressive = marker == SOF2;
        height = u16(file, at + 3);
        width = u16(file, at + 5);
        components = u8(file, at + 7);
      } else if (marker == APP1 && startsWith(file, at + 2, EXIF)) {
        orientation = Exif.orientation(file, at + 2 + EXIF.length(), length - 2 - EXIF.length());
      } else if (marker == APP2 && startsWith(file, at + 2, ICC)) {
        int skipped = 2 + ICC.length();
        icc.put(
            u8(file, at + skipped),
            PictureHeader.bytes(file, at + skipped + 2, Math.max(0, length - skipped - 2)));
      }
      at = within(file, (long) at + Math.max(2, length));
    }
    if (components == 0) {
      throw new UnreadablePictureException("a JPEG without a frame");
    }
    requireEnd(file, at);
    if (progressive && scans(file, at) > MAX_SCANS) {
      throw new UnreadablePictureException("a JPEG of more than " + MAX_SCANS + " scans");
    }
    return new PictureHeader(
        PictureType.JPEG,
        width,
        height,
        components,
        orientation,
        components == 3 ? joined(icc) : null);
  }

  /**
   * Looks for the end marker, from the end since it is mostly there. Compressed data cannot hold
   * it: a byte ff is followed by 00 there.
   */
  private static void requireEnd(ByteBuffer file, int from) throws UnreadablePictureException {
    for (int at = file.limit() - 1; at > from; at--) {
      if (u8(file, at) == EOI && u8(file, at - 1) == 0xff) {
        return;
      }
    }
    throw new UnreadablePictureException("a JPEG without an end");
  }

  private static int scans(ByteBuffer file, int from) {
    int scans = 1;
    for (int at = from; at < file.limit() - 1; at++) {
      if (file.get(at) == (byte) 0xff && file.get(at + 1) == (byte) SOS) {
        scans++;
      }
    }
    return scans;
  }

  private static byte @Nullable [] joined(Map<Integer, byte[]> parts) {
    if (parts.isEmpty()) {
      return null;
    }
    var joined = new ByteArrayOutputStream();
    parts.values().forEach(joined::writeBytes);
    return joined.toByteArray();
  }
}
