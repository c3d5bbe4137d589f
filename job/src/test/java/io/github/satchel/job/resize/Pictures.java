package io.github.satchel.job.resize;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.imageio.ImageIO;

/** Pictures that tests draw. */
final class Pictures {

  private Pictures() {}

  /** Red top left, green top right, blue bottom left, yellow bottom right. */
  static BufferedImage quarters(int width, int height, int type) {
    var picture = new BufferedImage(width, height, type);
    Graphics2D graphics = picture.createGraphics();
    Color[] colors = {Color.RED, Color.GREEN, Color.BLUE, Color.YELLOW};
    for (int i = 0; i < colors.length; i++) {
      graphics.setColor(colors[i]);
      int x = i % 2 * (width / 2);
      int y = i / 2 * (height / 2);
      graphics.fillRect(x, y, width - x, height - y);
    }
    graphics.dispose();
    return picture;
  }

  /** Smooth colours, so that sizes and codecs change little. */
  static BufferedImage gradient(int width, int height, int type) {
    var picture = new BufferedImage(width, height, type);
    Graphics2D graphics = picture.createGraphics();
    graphics.setPaint(new GradientPaint(0, 0, Color.ORANGE, width, height, Color.BLUE));
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return picture;
  }

  static byte[] encode(BufferedImage picture, String format) {
    var bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(picture, format, bytes)) {
        throw new IllegalArgumentException(format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static BufferedImage decode(byte[] content) {
    try {
      return Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(content)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
