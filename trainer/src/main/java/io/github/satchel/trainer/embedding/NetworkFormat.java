package io.github.satchel.trainer.embedding;

import java.nio.file.Path;

/** How a network is stored. */
enum NetworkFormat {
  TFLITE(".tflite"),
  ONNX(".onnx");

  private final String extension;

  NetworkFormat(String extension) {
    this.extension = extension;
  }

  /**
   * The format that a file's name says.
   *
   * @throws IllegalArgumentException if it says none
   */
  static NetworkFormat of(Path file) {
    for (NetworkFormat format : values()) {
      if (file.getFileName().toString().endsWith(format.extension)) {
        return format;
      }
    }
    throw new IllegalArgumentException(file + " is neither .tflite nor .onnx");
  }
}
