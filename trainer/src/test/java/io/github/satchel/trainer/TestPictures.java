package io.github.satchel.trainer;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Pictures of two kinds that are easy to tell, and zips of them. */
public final class TestPictures {
  private TestPictures() {}

  /** A reddish picture with a disc: a "sun". */
  public static byte[] sun(long seed) {
    return picture(new Color(200, 80, 40), true, 100, seed);
  }

  /** A bluish picture with a square: a "house". */
  public static byte[] house(long seed) {
    return picture(new Color(40, 80, 200), false, 100, seed);
  }

  static byte[] picture(Color colour, boolean round, int side, long seed) {
    var random = new Random(seed);
    var image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(
        new Color(215 + random.nextInt(40), 215 + random.nextInt(40), 215 + random.nextInt(40)));
    graphics.fillRect(0, 0, side, side);
    graphics.setColor(colour);
    int size = side / 2 + random.nextInt(side / 3);
    int x = random.nextInt(side - size);
    int y = random.nextInt(side - size);
    if (round) {
      graphics.fillOval(x, y, size, size);
    } else {
      graphics.fillRect(x, y, size, size);
    }
    graphics.dispose();
    return encoded(image, "png");
  }

  static byte[] encoded(BufferedImage image, String format) {
    try {
      var out = new ByteArrayOutputStream();
      ImageIO.write(image, format, out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** So many pictures of a kind. */
  public static byte[] zip(boolean suns, int count, long seed) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      entries.put(
          (suns ? "sun-" : "house-") + (seed + i) + ".png", suns ? sun(seed + i) : house(seed + i));
    }
    return zip(entries);
  }

  /** A zip of these entries, stored as Satchel stores them. */
  public static byte[] zip(Map<String, byte[]> entries) {
    try {
      var out = new ByteArrayOutputStream();
      try (var zip = new ZipOutputStream(out)) {
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
          var header = new ZipEntry(entry.getKey());
          header.setMethod(ZipEntry.STORED);
          header.setSize(entry.getValue().length);
          var crc = new CRC32();
          crc.update(entry.getValue());
          header.setCrc(crc.getValue());
          zip.putNextEntry(header);
          zip.write(entry.getValue());
        }
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
