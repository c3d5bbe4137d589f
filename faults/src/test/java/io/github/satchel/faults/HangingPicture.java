package io.github.satchel.faults;

import io.github.satchel.contract.StoredImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * A stored image at which the decoder of a patched job hangs for ever, as those of libraries have
 * done: it is known by its width and height.
 */
final class HangingPicture {

  /** Not interrupted by anything, as native code is not. */
  static final Patch PATCH =
      new Patch(
          "job/src/main/java/io/github/satchel/job/resize/kernel/OpenCvKernel.java",
          "byte\\[\\] resize\\(byte\\[\\] content, PictureHeader header, Encoding"
              + " encoding\\)[^{]*\\{",
          """
          $0
          if (header.width() == 991 && header.height() == 997) {
            while (true) {
              java.util.concurrent.locks.LockSupport.park();
              Thread.interrupted();
            }
          }
          """);

  /** Where it is. */
  static final StoredImage IMAGE = new StoredImage("hanging", "hostile", "nobody", "none");

  private static final int WIDTH = 991;
  private static final int HEIGHT = 997;

  private HangingPicture() {}

  /**
   * Stores it.
   *
   * @param bucket of images, as a directory of this machine
   */
  static void put(Path bucket) throws IOException {
    Path file = bucket.resolve(IMAGE.key());
    Files.createDirectories(file.getParent());
    ImageIO.write(
        new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
  }
}
