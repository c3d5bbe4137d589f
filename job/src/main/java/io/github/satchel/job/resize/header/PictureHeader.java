package io.github.satchel.job.resize.header;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a picture says of itself, read without a decoder: the type by content, the size that bounds
 * what a decoder may allocate, and what the kernels need to show it right. Files that end before
 * their picture does are refused here, so that both kernels agree on them.
 *
 * <p>Not by metadata-extractor, the library for it: its reader of PNG inflates text chunks without
 * a bound, it does not see a missing end, and it reads all that a file says of itself.
 *
 * @param type by content, never by name
 * @param width in pixels before orientation; the largest that any part of the file claims
 * @param height in pixels before orientation; the largest that any part of the file claims
 * @param components of a JPEG: 1 gray, 3 colour, 4 CMYK; 0 for other types
 * @param orientation EXIF orientation, 1 to 8; 1 where there is none
 * @param iccProfile the embedded profile of an RGB picture; null where there is none, and where the
 *     Java decoders apply it (CMYK, TIFF)
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PictureHeader(
    PictureType type,
    int width,
    int height,
    int components,
    int orientation,
    byte @Nullable [] iccProfile) {

  private static final int SNIFFED_TEXT = 4096;

  /** Reads the header of a picture. */
  public static PictureHeader read(byte[] content) throws UnreadablePictureException {
    if (content.length == 0) {
      throw new UnreadablePictureException("no bytes");
    }
    PictureHeader header;
    try {
      header = parse(ByteBuffer.wrap(content).asReadOnlyBuffer());
    } catch (IndexOutOfBoundsException e) {
      throw new UnreadablePictureException("the file ends before its picture does", e);
    }
    if (header.width < 1 || header.height < 1) {
      throw new UnreadablePictureException("no pixels");
    }
    return header;
  }

  /** Pixels of the picture. */
  public long pixels() {
    return (long) width * height;
  }

  /** Whether orientation exchanges width and height. */
  public boolean transposed() {
    return orientation >= 5;
  }

  private static PictureHeader parse(ByteBuffer file) throws UnreadablePictureException {
    if (startsWith(file, 0, "\u00ff\u00d8\u00ff")) {
      return JpegHeader.read(file);
    }
    if (startsWith(file, 0, "\u0089PNG\r\n\u001a\n")) {
      return PngHeader.read(file);
    }
    if (startsWith(file, 0, "GIF87a") || startsWith(file, 0, "GIF89a")) {
      return GifHeader.read(file);
    }
    if (startsWith(file, 0, "RIFF") && startsWith(file, 8, "WEBP")) {
      return WebpHeader.read(file);
    }
    if (startsWith(file, 0, "II*\0") || startsWith(file, 0, "MM\0*")) {
      return TiffHeader.read(file);
    }
    if (BmpHeader.matches(file)) {
      return BmpHeader.read(file);
    }
    String format = unsupportedFormat(file);
    throw format != null
        ? UnreadablePictureException.unsupported(format)
        : new UnreadablePictureException("not a picture");
  }

  private static @Nullable String unsupportedFormat(ByteBuffer file) {
    if (startsWith(file, 4, "ftyp")) {
      if (startsWith(file, 8, "avi")) {
        return "AVIF";
      }
      return startsWith(file, 8, "he") || startsWith(file, 8, "mif1") ? "HEIF" : "MP4";
    }
    if (startsWith(file, 0, "\u00ff\n") || startsWith(file, 4, "JXL ")) {
      return "JPEG XL";
    }
    if (startsWith(file, 0, "\0\0\1\0")) {
      return "ICO";
    }
    if (startsWith(file, 0, "%PDF")) {
      return "PDF";
    }
    return markup(file);
  }

  private static @Nullable String markup(ByteBuffer file) {
    byte[] start = new byte[Math.min(SNIFFED_TEXT, file.limit())];
    file.get(0, start);
    String text = new String(start, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (text.startsWith("\u00ef\u00bb\u00bf")) {
      text = text.substring(3);
    }
    text = text.stripLeading();
    if (!text.startsWith("<")) {
      return null;
    }
    boolean page = text.contains("<!doctype html") || text.contains("<html");
    return text.contains("<svg") && !page ? "SVG" : null;
  }

  /** Whether the bytes at an offset are these characters, each of one byte. */
  public static boolean startsWith(ByteBuffer file, int offset, String bytes) {
    if (file.limit() - offset < bytes.length()) {
      return false;
    }
    for (int i = 0; i < bytes.length(); i++) {
      if ((char) (file.get(offset + i) & 0xff) != bytes.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static int u8(ByteBuffer file, int offset) {
    return Byte.toUnsignedInt(file.get(offset));
  }

  /** 16 bits in the byte order of the buffer. */
  static int u16(ByteBuffer file, int offset) {
    return Short.toUnsignedInt(file.getShort(offset));
  }

  /** 32 bits in the byte order of the buffer. */
  static long u32(ByteBuffer file, int offset) {
    return Integer.toUnsignedLong(file.getInt(offset));
  }

  /** The offset, if it lies within the file. */
  public static int within(ByteBuffer file, long offset) {
    if (offset < 0 || offset > file.limit()) {
      throw new IndexOutOfBoundsException(Long.toString(offset));
    }
    return (int) offset;
  }

  public static byte[] bytes(ByteBuffer file, int offset, int length) {
    byte[] bytes = new byte[within(file, (long) offset + length) - offset];
    file.get(offset, bytes);
    return bytes;
  }
}
