package io.github.satchel.trainer.store;

import io.github.satchel.trainer.head.LinearHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A head in a file: a mark, the network, sizes, temperature, and 32 bits a number. */
final class HeadFile {
  private static final int MARK = 0x53544831; // STH1
  private static final int NETWORK_BYTES = 32;
  private static final int HEADER_BYTES = 3 * Integer.BYTES + Double.BYTES + NETWORK_BYTES;

  private HeadFile() {}

  static byte[] write(LinearHead head, String network) {
    int dimensions = head.weights()[0].length;
    var file = ByteBuffer.allocate(HEADER_BYTES + head.classes() * (dimensions + 1) * Float.BYTES);
    byte[] name = network.getBytes(StandardCharsets.US_ASCII);
    file.putInt(MARK).putInt(head.classes()).putInt(dimensions).putDouble(head.temperature());
    file.put(name).position(HEADER_BYTES);
    for (int c = 0; c < head.classes(); c++) {
      file.putFloat(head.bias()[c]);
      for (float weight : head.weights()[c]) {
        file.putFloat(weight);
      }
    }
    return file.array();
  }

  /**
   * Reads a head.
   *
   * @throws IOException if the file is none, or was trained with another network
   */
  static LinearHead read(Path path, String network) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path));
    if (file.capacity() < HEADER_BYTES || file.getInt() != MARK) {
      throw new IOException(path + " holds no classifier");
    }
    int classes = file.getInt();
    int dimensions = file.getInt();
    double temperature = file.getDouble();
    byte[] name = new byte[NETWORK_BYTES];
    file.get(name);
    if (!new String(name, StandardCharsets.US_ASCII).strip().replace("\0", "").equals(network)) {
      throw new IOException(path + " was trained with another network");
    }
    if (file.remaining() != (long) classes * (dimensions + 1) * Float.BYTES) {
      throw new IOException(path + " is not complete");
    }
    float[] bias = new float[classes];
    float[][] weights = new float[classes][dimensions];
    for (int c = 0; c < classes; c++) {
      bias[c] = file.getFloat();
      for (int d = 0; d < dimensions; d++) {
        weights[c][d] = file.getFloat();
      }
    }
    return new LinearHead(weights, bias, temperature);
  }
}
