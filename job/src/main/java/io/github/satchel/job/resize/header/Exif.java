package io.github.satchel.job.resize.header;

import static io.github.satchel.job.resize.header.PictureHeader.startsWith;
import static io.github.satchel.job.resize.header.PictureHeader.u16;
import static io.github.satchel.job.resize.header.PictureHeader.u32;
import static io.github.satchel.job.resize.header.PictureHeader.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one field of Exif that matters here: a picture's orientation (Exif 2.3, 4.6.4). */
final class Exif {

  private static final int ORIENTATION = 0x0112;
  private static final int ENTRY_BYTES = 12;

  private Exif() {}

  /** The orientation that a block of Exif says, 1 if it is broken or says none. */
  static int orientation(ByteBuffer file, int offset, int length) {
    try {
      ByteBuffer tiff = file.slice(within(file, offset), Math.max(0, length));
      if (startsWith(tiff, 0, "II")) {
        tiff.order(ByteOrder.LITTLE_ENDIAN);
      }
      int directory = within(tiff, u32(tiff, 4));
      int entries = u16(tiff, directory);
      for (int i = 0; i < entries; i++) {
        int entry = directory + 2 + i * ENTRY_BYTES;
        if (u16(tiff, entry) == ORIENTATION) {
          return valid(u16(tiff, entry + 8));
        }
      }
      return 1;
    } catch (IndexOutOfBoundsException e) {
      return 1; // a picture is worth showing even if a camera garbled its notes
    }
  }

  static int valid(int orientation) {
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
}
