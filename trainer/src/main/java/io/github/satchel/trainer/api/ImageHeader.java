package io.github.satchel.trainer.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** What an image says of itself, read without decoding it. */
record ImageHeader(int width, int height) {
  private static final Set<String> FORMATS = Set.of("jpeg", "png");

  /**
   * Reads no further than the header.
   *
   * @throws IOException with a reason, if it is neither JPEG nor PNG or cannot be read
   */
  static ImageHeader read(byte[] image) throws IOException {
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(image))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new IOException("is not an image");
      }
      ImageReader reader = readers.next();
      try {
        if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
          throw new IOException("is neither JPEG nor PNG");
        }
        reader.setInput(input, true, true);
        return new ImageHeader(reader.getWidth(0), reader.getHeight(0));
      } catch (RuntimeException e) {
        throw new IOException("cannot be read", e);
      } finally {
        reader.dispose();
      }
    }
  }

  long pixels() {
    return (long) width * height;
  }
}
