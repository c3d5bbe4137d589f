package io.github.satchel.testkit.pictures;

/** What pupils train with. */
public enum PictureKind {
  /** A photograph found on the web: JPEG, 0.5 to 2 megapixels. */
  PHOTO("jpg", "image/jpeg"),
  /** A snapshot of a webcam: JPEG, 640 by 480 pixels. */
  WEBCAM("jpg", "image/jpeg"),
  /** A drawing: PNG, some with a transparent background. */
  DRAWING("png", "image/png"),
  /** A picture of few colours: GIF. */
  GIF("gif", "image/gif"),
  /** A photograph as a camera took it: JPEG, 12 megapixels. */
  LARGE_PHOTO("jpg", "image/jpeg");

  private final String extension;
  private final String contentType;

  PictureKind(String extension, String contentType) {
    this.extension = extension;
    this.contentType = contentType;
  }

  /** The extension of a file's name, without a dot. */
  public String extension() {
    return extension;
  }

  public String contentType() {
    return contentType;
  }
}
