package io.github.satchel.job.resize.header;

/** The types of picture that are read. */
public enum PictureType {
  JPEG,
  PNG,
  GIF,
  WEBP,
  BMP,
  TIFF
}
