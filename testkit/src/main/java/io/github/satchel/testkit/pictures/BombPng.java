package io.github.satchel.testkit.pictures;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * A valid PNG of few bytes and very many pixels: one grey, eight bits a pixel. Written row by row
 * after the <a href="https://www.w3.org/TR/png-3/">PNG specification</a>, so that it is never whole
 * in memory.
 */
final class BombPng {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private BombPng() {}

  static byte[] write(int width, int height) {
    var bytes = new ByteArrayOutputStream();
    try (var png = new DataOutputStream(bytes)) {
      png.write(SIGNATURE);
      byte bitDepth = 8;
      byte greyscale = 0;
      byte defaultMethod = 0;
      chunk(
          png,
          "IHDR",
          ByteBuffer.allocate(13)
              .putInt(width)
              .putInt(height)
              .put(bitDepth)
              .put(greyscale)
              .put(defaultMethod) // compression
              .put(defaultMethod) // filter
              .put(defaultMethod) // interlace
              .array());
      chunk(png, "IDAT", rows(width, height));
      chunk(png, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] rows(int width, int height) throws IOException {
    var compressed = new ByteArrayOutputStream();
    var filterAndRow = new byte[1 + width];
    try (var deflater = new DeflaterOutputStream(compressed)) {
      for (int y = 0; y < height; y++) {
        deflater.write(filterAndRow);
      }
    }
    return compressed.toByteArray();
  }

  private static void chunk(DataOutputStream png, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(name);
    crc.update(data);
    png.writeInt(data.length);
    png.write(name);
    png.write(data);
    png.writeInt((int) crc.getValue());
  }
}
