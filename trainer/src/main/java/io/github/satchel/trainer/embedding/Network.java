package io.github.satchel.trainer.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A network's file, from which any number of {@link Embedding}s are made.
 *
 * @param id what vectors of this network are kept under: those of two networks do not compare
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Network(String id, byte[] model, NetworkFormat format) {

  /** Changed with the way in which vectors are made of a network's layers. */
  private static final String VERSION = "1";

  private static final int ID_LENGTH = 16;

  /** A network of one's own: RGB of 224 × 224 from -1 to 1, {@code .tflite} or {@code .onnx}. */
  public static Network read(Path file) throws IOException {
    return of(Files.readAllBytes(file), NetworkFormat.of(file));
  }

  static Network of(byte[] model, NetworkFormat format) {
    return new Network(Hash.sha256(model).substring(0, ID_LENGTH) + "-" + VERSION, model, format);
  }

  /**
   * Loads it.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public Embedding open() {
    return new Embedding(model, format);
  }
}
