package io.github.satchel.job.resize.kernel;

import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.resize.header.PictureType;

/** What a resized picture is written as. */
public enum Encoding {
  JPEG("jpg"),
  PNG("png");

  private final String extension;

  Encoding(String extension) {
    this.extension = extension;
  }

  /** Of a file: {@code jpg} or {@code png}. */
  public String extension() {
    return extension;
  }

  public static Encoding of(OutputFormat format, PictureType source) {
    return switch (format) {
      case AUTO -> source == PictureType.JPEG ? JPEG : PNG;
      case PNG -> PNG;
      case JPEG -> JPEG;
    };
  }
}
