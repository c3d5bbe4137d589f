package io.github.satchel.job.resize.header;

import static io.github.satchel.job.resize.header.PictureHeader.startsWith;
import static io.github.satchel.job.resize.header.PictureHeader.u16;
import static io.github.satchel.job.resize.header.PictureHeader.u32;
import static io.github.satchel.job.resize.header.PictureHeader.u8;
import static io.github.satchel.job.resize.header.PictureHeader.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Header of a TIFF: the first directory, TIFF 6.0 section 2. */
final class TiffHeader {

  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int STRIP_OFFSETS = 273;
  private static final int ORIENTATION = 274;
  private static final int SAMPLES = 277;
  private static final int STRIP_LENGTHS = 279;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_LENGTHS = 325;

  private static final int ENTRY_BYTES = 12;
  private static final int MAX_SAMPLES = 5; // CMYK and transparency
  private static final int MAX_BITS = 16;

  private final ByteBuffer file;
  private final Map<Integer, Integer> entries = new HashMap<>();

  private TiffHeader(ByteBuffer file) {
    this.file = file;
    int directory = within(file, u32(file, 4));
    for (int i = 0; i < u16(file, directory); i++) {
      int entry = directory + 2 + i * ENTRY_BYTES;
      entries.putIfAbsent(u16(file, entry), entry);
    }
  }

  static PictureHeader read(ByteBuffer file) throws UnreadablePictureException {
    if (startsWith(file, 0, "II")) {
      file.order(ByteOrder.LITTLE_ENDIAN);
    }
    return new TiffHeader(file).read();
  }

  private PictureHeader read() throws UnreadablePictureException {
    // A decoder allocates whole tiles, each of every sample.
    long width = Math.max(value(WIDTH, 0, 0), value(TILE_WIDTH, 0, 0));
    long height = Math.max(value(HEIGHT, 0, 0), value(TILE_HEIGHT, 0, 0));
    if (width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw new UnreadablePictureException("a TIFF of impossible size");
    }
    if (value(SAMPLES, 0, 1) > MAX_SAMPLES || value(BITS, 0, 1) > MAX_BITS) {
      throw new UnreadablePictureException("a TIFF of unusual samples");
    }
    requireData(STRIP_OFFSETS, STRIP_LENGTHS);
    requireData(TILE_OFFSETS, TILE_LENGTHS);
    return new PictureHeader(
        PictureType.TIFF,
        (int) width,
        (int) height,
        0,
        Exif.valid((int) value(ORIENTATION, 0, 1)),
        null);
  }

  private void requireData(int offsets, int lengths) {
    Integer entry = entries.get(offsets);
    if (entry == null) {
      return;
    }
    int count = within(file, u32(file, entry + 4));
    for (int i = 0; i < count; i++) {
      within(file, value(offsets, i, 0) + value(lengths, i, 0));
    }
  }

  /** A number of an entry's value; entries of other types than byte, short and long are absent. */
  private long value(int tag, int index, long absent) {
    Integer entry = entries.get(tag);
    if (entry == null || index >= u32(file, entry + 4)) {
      return absent;
    }
    int bytes =
        switch (u16(file, entry + 2)) {
          case 1 -> 1;
          case 3 -> 2;
          case 4 -> 4;
          default -> 0;
        };
    if (bytes == 0) {
      return absent;
    }
    boolean inline = u32(file, entry + 4) * bytes <= 4;
    int at = within(file, (inline ? entry + 8 : u32(file, entry + 8)) + (long) index * bytes);
    return bytes == 1 ? u8(file, at) : bytes == 2 ? u16(file, at) : u32(file, at);
  }
}
