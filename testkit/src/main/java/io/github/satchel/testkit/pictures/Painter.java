package io.github.satchel.testkit.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Draws pictures. The same kind and seed give the same bytes.
 *
 * <p>Photographs are shapes before a gradient, under noise of several octaves (value noise, each
 * octave half the size of the one before), so that they compress like photographs: about 0.15 bytes
 * a pixel.
 */
final class Painter {
  private static final List<Size> WEB_SIZES =
      List.of(
          new Size(800, 640),
          new Size(1024, 768),
          new Size(1280, 720),
          new Size(1200, 800),
          new Size(768, 1024),
          new Size(1280, 960),
          new Size(1080, 1350),
          new Size(1600, 1200));
  private static final List<Size> CAMERA_SIZES =
      List.of(new Size(4000, 3000), new Size(3024, 4032));
  private static final float JPEG_QUALITY = 0.8f;

  private Painter() {}

  static byte[] paint(PictureKind kind, long seed) {
    var random = new SplittableRandom(seed);
    return switch (kind) {
      case PHOTO -> photo(WEB_SIZES.get(random.nextInt(WEB_SIZES.size())), random);
      case WEBCAM -> photo(new Size(640, 480), random);
      case LARGE_PHOTO -> photo(CAMERA_SIZES.get(random.nextInt(CAMERA_SIZES.size())), random);
      case DRAWING -> drawing(random);
      case GIF -> fewColours(random);
    };
  }

  private static byte[] photo(Size size, SplittableRandom random) {
    var image = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = graphics(image);
    graphics.setPaint(
        new GradientPaint(
            0, 0, colour(random), random.nextInt(200), size.height(), colour(random)));
    graphics.fillRect(0, 0, size.width(), size.height());
    for (int i = 0; i < 12; i++) {
      shape(graphics, size, random);
    }
    graphics.dispose();
    addNoise(image, random);
    return encode(image, "jpeg");
  }

  private static void shape(Graphics2D graphics, Size size, SplittableRandom random) {
    double width = size.width() * (0.05 + 0.35 * random.nextDouble());
    double height = size.height() * (0.05 + 0.35 * random.nextDouble());
    double x = random.nextDouble() * size.width() - width / 2;
    double y = random.nextDouble() * size.height() - height / 2;
    graphics.setPaint(
        new GradientPaint(
            (float) x,
            (float) y,
            colour(random),
            (float) (x + width),
            (float) (y + height),
            colour(random)));
    if (random.nextBoolean()) {
      graphics.fill(new Ellipse2D.Double(x, y, width, height));
    } else {
      var polygon = new Path2D.Double();
      polygon.moveTo(x, y + random.nextDouble() * height);
      polygon.lineTo(x + random.nextDouble() * width, y);
      polygon.lineTo(x + width, y + random.nextDouble() * height);
      polygon.lineTo(x + random.nextDouble() * width, y + height);
      polygon.closePath();
      graphics.fill(polygon);
    }
  }

  private static void addNoise(BufferedImage image, SplittableRandom random) {
    int width = image.getWidth();
    int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    var octaves =
        List.of(
            new Octave(256, 40f, image, random),
            new Octave(128, 24f, image, random),
            new Octave(64, 16f, image, random),
            new Octave(32, 12f, image, random),
            new Octave(16, 10f, image, random),
            new Octave(8, 10f, image, random),
            new Octave(4, 11f, image, random),
            new Octave(2, 9f, image, random),
            new Octave(1, 5f, image, random));
    var noise = new float[width];
    for (int y = 0; y < image.getHeight(); y++) {
      Arrays.fill(noise, 0f);
      for (Octave octave : octaves) {
        octave.addRow(y, noise);
      }
      for (int x = 0, i = y * width; x < width; x++, i++) {
        pixels[i] = brighten(pixels[i], Math.round(noise[x]));
      }
    }
  }

  private static int brighten(int rgb, int by) {
    return (channel((rgb >> 16) & 0xff, by) << 16)
        | (channel((rgb >> 8) & 0xff, by) << 8)
        | channel(rgb & 0xff, by);
  }

  private static int channel(int value, int by) {
    return Math.max(0, Math.min(255, value + by));
  }

  private static byte[] drawing(SplittableRandom random) {
    var size = new Size(400 + random.nextInt(400), 400 + random.nextInt(200));
    boolean transparent = random.nextInt(3) == 0;
    var image =
        new BufferedImage(
            size.width(),
            size.height(),
            transparent ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = graphics(image);
    if (!transparent) {
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, size.width(), size.height());
    }
    for (int i = 0; i < 8; i++) {
      stroke(graphics, size, random);
    }
    graphics.dispose();
    return encode(image, "png");
  }

  private static byte[] fewColours(SplittableRandom random) {
    var size = new Size(160 + random.nextInt(320), 120 + random.nextInt(240));
    var image = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_BYTE_INDEXED);
    Graphics2D graphics = graphics(image);
    graphics.setColor(colour(random));
    graphics.fillRect(0, 0, size.width(), size.height());
    for (int i = 0; i < 8; i++) {
      graphics.setColor(colour(random));
      graphics.fillOval(
          random.nextInt(size.width()), random.nextInt(size.height()), 80, 20 + random.nextInt(80));
      stroke(graphics, size, random);
    }
    graphics.dispose();
    return encode(image, "gif");
  }

  private static void stroke(Graphics2D graphics, Size size, SplittableRandom random) {
    graphics.setColor(colour(random));
    graphics.setStroke(
        new BasicStroke(2 + random.nextInt(10), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    var line = new Path2D.Double();
    line.moveTo(random.nextInt(size.width()), random.nextInt(size.height()));
    for (int i = 0; i < 3; i++) {
      line.quadTo(
          random.nextInt(size.width()),
          random.nextInt(size.height()),
          random.nextInt(size.width()),
          random.nextInt(size.height()));
    }
    graphics.draw(line);
  }

  private static Graphics2D graphics(BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    return graphics;
  }

  private static Color colour(SplittableRandom random) {
    return new Color(random.nextInt(0x1000000));
  }

  private static byte[] encode(BufferedImage image, String format) {
    var bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(JPEG_QUALITY);
      }
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode a " + format, e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private record Size(int width, int height) {}

  /** A grid of random values, {@code cell} pixels apart, interpolated in between. */
  private static final class Octave {
    private final int cell;
    private final int columns;
    private final float[] grid;

    Octave(int cell, float amplitude, BufferedImage image, SplittableRandom random) {
      this.cell = cell;
      columns = image.getWidth() / cell + 2;
      grid = new float[columns * (image.getHeight() / cell + 2)];
      for (int i = 0; i < grid.length; i++) {
        grid[i] = (float) (random.nextDouble() * 2 - 1) * amplitude;
      }
    }

    void addRow(int y, float[] row) {
      int above = y / cell * columns;
      float down = (float) (y % cell) / cell;
      for (int x = 0; x < row.length; x++) {
        int i = above + x / cell;
        float right = (float) (x % cell) / cell;
        float top = grid[i] + (grid[i + 1] - grid[i]) * right;
        float bottom = grid[i + columns] + (grid[i + columns + 1] - grid[i + columns]) * right;
        row[x] += top + (bottom - top) * down;
      }
    }
  }
}
