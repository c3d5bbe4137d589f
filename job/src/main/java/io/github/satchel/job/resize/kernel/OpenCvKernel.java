package io.github.satchel.job.resize.kernel;

import static org.bytedeco.opencv.global.opencv_core.CV_16U;
import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC4;
import static org.bytedeco.opencv.global.opencv_core.ROTATE_180;
import static org.bytedeco.opencv.global.opencv_core.ROTATE_90_CLOCKWISE;
import static org.bytedeco.opencv.global.opencv_core.ROTATE_90_COUNTERCLOCKWISE;
import static org.bytedeco.opencv.global.opencv_core.add;
import static org.bytedeco.opencv.global.opencv_core.bitwise_not;
import static org.bytedeco.opencv.global.opencv_core.extractChannel;
import static org.bytedeco.opencv.global.opencv_core.flip;
import static org.bytedeco.opencv.global.opencv_core.rotate;
import static org.bytedeco.opencv.global.opencv_core.transpose;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_PNG_COMPRESSION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_PNG_FILTER;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_PNG_STRATEGY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGRA2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_GRAY2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGBA2mRGBA;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_mRGBA2RGBA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_CUBIC;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;

import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.header.PictureType;
import io.github.satchel.job.resize.header.UnreadablePictureException;
import java.awt.Graphics2D;
import java.awt.Transparency;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;
import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Scales with OpenCV. JPEG, PNG and WebP are decoded natively; the other formats by {@link
 * JavaCodecs}, which reads GIF faster than OpenCV does, CMYK with its profile, and keeps the bytes
 * of rarely used formats away from native code.
 *
 * <p>Native memory is released as soon as a picture is done, by a {@link PointerScope}, never by
 * the garbage collector. {@link NativeLibrary} must be loaded.
 */
final class OpenCvKernel implements PictureKernel {

  static final String NAME = "native";

  private static final String OUT_OF_MEMORY = "Insufficient memory";
  private static final int PNG_STRATEGY_RLE = 3;
  private static final int PNG_FILTER_PAETH = 0x80;

  private final ResizeSettings settings;
  private final JavaCodecs codecs = new JavaCodecs();
  private final IntPointer pngParameters;
  private final IntPointer jpegParameters;

  OpenCvKernel(ResizeSettings settings) {
    this.settings = settings;
    pngParameters =
        new IntPointer(
            IMWRITE_PNG_COMPRESSION,
            1,
            IMWRITE_PNG_STRATEGY,
            PNG_STRATEGY_RLE,
            IMWRITE_PNG_FILTER,
            PNG_FILTER_PAETH);
    jpegParameters = new IntPointer(IMWRITE_JPEG_QUALITY, settings.jpegQuality());
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * A JPEG takes three bytes a pixel, be it for its pixels or, if it is progressive, for its
   * coefficients. Others take four, and as many again for a copy: with premultiplied colours, or
   * the one that leads from Java's heap to OpenCV.
   */
  @Override
  public DecodingMemory.Need need(PictureHeader header) {
    if (!isDecodedHere(header)) {
      long decoded = codecs.decodedBytes(header, settings.width(), settings.height());
      return new DecodingMemory.Need(2 * decoded, decoded);
    }
    int bytesAPixel = header.type() == PictureType.JPEG ? 3 : 8;
    return new DecodingMemory.Need(0, bytesAPixel * header.pixels());
  }

  @Override
  @SuppressWarnings("try") // the resource is its effect on the thread
  public byte[] resize(byte[] content, PictureHeader header, Encoding encoding)
      throws UnreadablePictureException {
    int width = header.transposed() ? settings.height() : settings.width();
    int height = header.transposed() ? settings.width() : settings.height();
    try (var ignored = new PointerScope()) {
      Mat source =
          isDecodedHere(header)
              ? decode(content, header, width, height)
              : decodeInJava(content, header, width, height);
      Mat scaled = upright(scale(source, width, height), header.orientation());
      if (header.iccProfile() != null) {
        scaled = inSrgb(scaled, header.iccProfile());
      }
      return switch (encoding) {
        case PNG -> encode(".png", withAlpha(scaled), pngParameters);
        case JPEG -> encode(".jpg", onWhite(scaled), jpegParameters);
      };
    } catch (RuntimeException e) {
      // OpenCV's error StsNoMem comes as any other of its exceptions does.
      if (String.valueOf(e.getMessage()).contains(OUT_OF_MEMORY)) {
        throw (OutOfMemoryError) new OutOfMemoryError(e.getMessage()).initCause(e);
      }
      throw e;
    }
  }

  private static boolean isDecodedHere(PictureHeader header) {
    return switch (header.type()) {
      case JPEG -> header.components() != 4;
      case PNG, WEBP -> true;
      case GIF, BMP, TIFF -> false;
    };
  }

  /** Decodes to 8 bits a channel: gray, BGR, or BGRA with its colours premultiplied. */
  private static Mat decode(byte[] content, PictureHeader header, int width, int height)
      throws UnreadablePictureException {
    var encoded = new Mat(1, content.length, CV_8UC1, new BytePointer(content));
    Mat picture = imdecode(encoded, flags(header, width, height));
    if (picture.empty()) {
      throw new UnreadablePictureException("the native decoder refuses it");
    }
    if (picture.depth() == CV_16U) {
      var narrow = new Mat();
      picture.convertTo(narrow, CV_8U, 1 / 257.0, 0);
      picture = narrow;
    }
    if (picture.depth() != CV_8U) {
      throw new UnreadablePictureException("samples of a depth that the native kernel lacks");
    }
    return picture.channels() == 4 ? converted(picture, COLOR_RGBA2mRGBA) : picture;
  }

  /** A JPEG at the largest reduction that leaves the wanted size. */
  private static int flags(PictureHeader header, int width, int height) {
    if (header.type() != PictureType.JPEG) {
      return IMREAD_UNCHANGED; // which ignores the orientation, too
    }
    int reduction = Math.min(header.width() / width, header.height() / height);
    int flags;
    if (reduction >= 8) {
      flags = IMREAD_REDUCED_COLOR_8;
    } else if (reduction >= 4) {
      flags = IMREAD_REDUCED_COLOR_4;
    } else if (reduction >= 2) {
      flags = IMREAD_REDUCED_COLOR_2;
    } else {
      flags = IMREAD_COLOR;
    }
    return flags | IMREAD_IGNORE_ORIENTATION;
  }

  private Mat decodeInJava(byte[] content, PictureHeader header, int width, int height)
      throws UnreadablePictureException {
    BufferedImage picture;
    try {
      picture = codecs.decode(content, header, width, height);
    } catch (IOException e) {
      throw new UnreadablePictureException("the Java decoder refuses it: " + e.getMessage(), e);
    }
    boolean opaque = picture.getTransparency() == Transparency.OPAQUE;
    var copy =
        new BufferedImage(
            picture.getWidth(),
            picture.getHeight(),
            opaque ? BufferedImage.TYPE_3BYTE_BGR : BufferedImage.TYPE_INT_ARGB_PRE);
    Graphics2D graphics = copy.createGraphics();
    graphics.drawImage(picture, 0, 0, null);
    graphics.dispose();
    // An int of ARGB lies in memory as BGRA: both platforms are little-endian.
    return opaque
        ? new Mat(
            copy.getHeight(),
            copy.getWidth(),
            CV_8UC3,
            new BytePointer(((DataBufferByte) copy.getRaster().getDataBuffer()).getData()))
        : new Mat(
            copy.getHeight(),
            copy.getWidth(),
            CV_8UC4,
            new IntPointer(((DataBufferInt) copy.getRaster().getDataBuffer()).getData()));
  }

  /**
   * Averages the source pixels under each pixel. Halving, for which OpenCV has vector code, comes
   * first as long as half again the wanted size is left: it makes scaling twice as fast and costs
   * 0.3 dB against Lanczos. Where the picture has to grow, cubic interpolation follows.
   */
  private static Mat scale(Mat source, int width, int height) {
    Mat picture = source;
    while (picture.cols() >= 3 * width && picture.rows() >= 3 * height) {
      var even = new Mat(picture, new Rect(0, 0, picture.cols() & ~1, picture.rows() & ~1));
      picture = resized(even, picture.cols() / 2, picture.rows() / 2, INTER_AREA);
    }
    int shrunkWidth = Math.min(width, picture.cols());
    int shrunkHeight = Math.min(height, picture.rows());
    picture = resized(picture, shrunkWidth, shrunkHeight, INTER_AREA);
    return shrunkWidth < width || shrunkHeight < height
        ? resized(picture, width, height, INTER_CUBIC)
        : picture;
  }

  private static Mat resized(Mat picture, int width, int height, int interpolation) {
    var resized = new Mat();
    opencv_imgproc.resize(picture, resized, new Size(width, height), 0, 0, interpolation);
    return resized;
  }

  /** Undoes an EXIF orientation. */
  private static Mat upright(Mat picture, int orientation) {
    if (orientation == 1) {
      return picture;
    }
    var upright = new Mat();
    switch (orientation) {
      case 2 -> flip(picture, upright, 1);
      case 3 -> rotate(picture, upright, ROTATE_180);
      case 4 -> flip(picture, upright, 0);
      case 5 -> transpose(picture, upright);
      case 6 -> rotate(picture, upright, ROTATE_90_CLOCKWISE);
      case 7 -> {
        var transposed = new Mat();
        transpose(picture, transposed);
        rotate(transposed, upright, ROTATE_180);
      }
      case 8 -> rotate(picture, upright, ROTATE_90_COUNTERCLOCKWISE);
      default -> throw new IllegalArgumentException("orientation " + orientation);
    }
    return upright;
  }

  private static Mat inSrgb(Mat picture, byte[] profile) {
    Mat plain = withAlpha(picture);
    int channels = plain.channels();
    int width = plain.cols();
    var pixels = new byte[width * plain.rows() * channels];
    plain.data().get(pixels);
    ColourProfile.toSrgb(
        Raster.createInterleavedRaster(
            new DataBufferByte(pixels, pixels.length),
            width,
            plain.rows(),
            width * channels,
            channels,
            new int[] {2, 1, 0},
            null),
        profile);
    plain.data().put(pixels);
    return channels == 4 ? converted(plain, COLOR_RGBA2mRGBA) : plain;
  }

  private static Mat withAlpha(Mat picture) {
    return switch (picture.channels()) {
      case 1 -> converted(picture, COLOR_GRAY2BGR);
      case 4 -> converted(picture, COLOR_mRGBA2RGBA);
      default -> picture;
    };
  }

  /** Flattens premultiplied colours: what alpha lacks is white. */
  private static Mat onWhite(Mat picture) {
    if (picture.channels() != 4) {
      return withAlpha(picture);
    }
    var alpha = new Mat();
    extractChannel(picture, alpha, 3);
    var missing = new Mat();
    bitwise_not(alpha, missing);
    var flat = new Mat();
    add(converted(picture, COLOR_BGRA2BGR), converted(missing, COLOR_GRAY2BGR), flat);
    return flat;
  }

  private static Mat converted(Mat picture, int conversion) {
    var converted = new Mat();
    cvtColor(picture, converted, conversion);
    return converted;
  }

  private static byte[] encode(String extension, Mat picture, IntPointer parameters) {
    var encoded = new BytePointer();
    if (!imencode(extension, picture, encoded, parameters)) {
      throw new IllegalStateException("OpenCV does not encode " + extension);
    }
    var bytes = new byte[Math.toIntExact(encoded.limit())];
    encoded.get(bytes);
    return bytes;
  }

  @Override
  public void close() {
    codecs.close();
    pngParameters.close();
    jpegParameters.close();
  }
}
