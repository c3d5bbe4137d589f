package io.github.satchel.job.resize.kernel;

import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.header.PictureType;
import io.github.satchel.job.resize.header.UnreadablePictureException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Transparency;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.IOException;
import net.coobird.thumbnailator.Thumbnails;

/**
 * Scales with Thumbnailator, in Java alone. It reads and writes through {@link JavaCodecs}, and
 * tells Thumbnailator the type of picture, since it loses transparency otherwise.
 */
public final class JavaKernel implements PictureKernel {

  public static final String NAME = "java";

  private final ResizeSettings settings;
  private final JavaCodecs codecs = new JavaCodecs();

  JavaKernel(ResizeSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DecodingMemory.Need need(PictureHeader header) {
    return new DecodingMemory.Need(
        codecs.decodedBytes(header, settings.width(), settings.height()), 0);
  }

  @Override
  public byte[] resize(byte[] content, PictureHeader header, Encoding encoding)
      throws UnreadablePictureException {
    int width = header.transposed() ? settings.height() : settings.width();
    int height = header.transposed() ? settings.width() : settings.height();
    try {
      BufferedImage picture = codecs.decode(content, header, width, height);
      BufferedImage scaled = scale(picture, width, height);
      if (header.iccProfile() != null && header.type() == PictureType.PNG) {
        // The JDK's reader of PNG leaves the profile out; the other readers apply it.
        ColourProfile.toSrgb(rgb(scaled), header.iccProfile());
      }
      BufferedImage upright = upright(scaled, header.orientation());
      return switch (encoding) {
        case PNG -> codecs.png(upright);
        case JPEG -> codecs.jpeg(flattened(upright), settings.jpegQuality() / 100f);
      };
    } catch (IOException e) {
      throw new UnreadablePictureException("the Java decoder refuses it: " + e.getMessage(), e);
    }
  }

  private static BufferedImage scale(BufferedImage picture, int width, int height)
      throws IOException {
    return Thumbnails.of(picture)
        .forceSize(width, height)
        .imageType(
            picture.getTransparency() == Transparency.OPAQUE
                ? BufferedImage.TYPE_INT_RGB
                : BufferedImage.TYPE_INT_ARGB)
        .asBufferedImage();
  }

  private static WritableRaster rgb(BufferedImage picture) {
    int[] bands = {0, 1, 2};
    WritableRaster raster = picture.getRaster();
    return raster.createWritableChild(0, 0, raster.getWidth(), raster.getHeight(), 0, 0, bands);
  }

  /** Undoes an EXIF orientation; 5 to 8 exchange width and height. */
  private static BufferedImage upright(BufferedImage picture, int orientation) {
    if (orientation == 1) {
      return picture;
    }
    int width = picture.getWidth();
    int height = picture.getHeight();
    // Matrices m00, m10, m01, m11, m02, m12 that bring a stored pixel to where it is seen.
    AffineTransform transform =
        switch (orientation) {
          case 2 -> new AffineTransform(-1, 0, 0, 1, width, 0);
          case 3 -> new AffineTransform(-1, 0, 0, -1, width, height);
          case 4 -> new AffineTransform(1, 0, 0, -1, 0, height);
          case 5 -> new AffineTransform(0, 1, 1, 0, 0, 0);
          case 6 -> new AffineTransform(0, 1, -1, 0, height, 0);
          case 7 -> new AffineTransform(0, -1, -1, 0, height, width);
          case 8 -> new AffineTransform(0, -1, 1, 0, 0, width);
          default -> throw new IllegalArgumentException("orientation " + orientation);
        };
    boolean transposed = orientation >= 5;
    var upright =
        new BufferedImage(
            transposed ? height : width, transposed ? width : height, picture.getType());
    Graphics2D graphics = upright.createGraphics();
    graphics.drawImage(picture, transform, null);
    graphics.dispose();
    return upright;
  }

  private static BufferedImage flattened(BufferedImage picture) {
    if (picture.getTransparency() == Transparency.OPAQUE) {
      return picture;
    }
    var flattened =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = flattened.createGraphics();
    graphics.drawImage(picture, 0, 0, Color.WHITE, null);
    graphics.dispose();
    return flattened;
  }

  @Override
  public void close() {
    codecs.close();
  }
}
