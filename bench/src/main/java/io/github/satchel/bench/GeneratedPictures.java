package io.github.satchel.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Draws pictures of the classes that pupils use; the same ones each time. */
final class GeneratedPictures {

  private static final int EACH = 3;

  private GeneratedPictures() {}

  static void write(Path directory) throws IOException {
    for (int i = 1; i <= EACH; i++) {
      var random = new Random(i);
      write(directory, "webcam", i, "jpg", photo(640, 480, random));
      write(directory, "web", i, "jpg", photo(1280, 900, random));
      write(directory, "big", i, "jpg", photo(4000, 3000, random));
      write(directory, "photopng", i, "png", photo(1024, 768, random));
      write(directory, "drawn", i, "png", drawing(800, 800, BufferedImage.TYPE_INT_ARGB, random));
      write(directory, "gif", i, "gif", drawing(480, 400, BufferedImage.TYPE_BYTE_INDEXED, random));
    }
  }

  private static void write(
      Path directory, String pictureClass, int number, String extension, BufferedImage picture)
      throws IOException {
    Path file = directory.resolve(pictureClass + "_" + number + "." + extension);
    if (!ImageIO.write(picture, extension, file.toFile())) {
      throw new IOException("no writer for " + extension);
    }
  }

  /** Waves of several lengths and a sensor's noise. */
  private static BufferedImage photo(int width, int height, Random random) {
    var picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    double[] phase = random.doubles(6, 0, 2 * Math.PI).toArray();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double slow = Math.sin(x * 5.0 / width + phase[0]) + Math.cos(y * 7.0 / height + phase[1]);
        double fast =
            Math.sin(x * 90.0 / width + phase[2]) * Math.cos(y * 70.0 / height + phase[3]);
        int level = (int) (128 + 45 * slow + 20 * fast + random.nextGaussian() * 3);
        int red = clamp(level + 20);
        int green = clamp(level);
        int blue = clamp((int) (level + 30 * Math.sin(phase[4] + x * 3.0 / width)));
        picture.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    return picture;
  }

  private static BufferedImage drawing(int width, int height, int type, Random random) {
    var picture = new BufferedImage(width, height, type);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setStroke(new BasicStroke(6));
    for (int i = 0; i < 40; i++) {
      graphics.setColor(new Color(random.nextInt(0xffffff)));
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      int size = random.nextInt(width / 3);
      graphics.fillOval(x, y, size, size);
      graphics.setColor(Color.BLACK);
      graphics.drawOval(x, y, size, size);
    }
    graphics.dispose();
    return picture;
  }

  private static int clamp(int level) {
    return Math.max(0, Math.min(255, level));
  }
}
