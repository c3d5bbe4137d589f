package io.github.satchel.job.resize;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_WEBP_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;

import io.github.satchel.job.resize.kernel.NativeLibrary;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;

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

  static byte[] progressiveJpeg(BufferedImage picture) {
    return encodeJpeg(new IIOImage(picture, null, null), ImageWriteParam.MODE_DEFAULT);
  }

  private static byte[] encodeJpeg(IIOImage picture, int progressiveMode) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(progressiveMode);
    var bytes = new ByteArrayOutputStream();
    try (var output = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, picture, param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** By OpenCV: no writer of WebP is in Java. */
  @SuppressWarnings("try") // the resource is its effect on the thread
  static byte[] webp(BufferedImage picture) throws IOException {
    NativeLibrary.load();
    try (var ignored = new PointerScope()) {
      byte[] png = encode(picture, "png");
      Mat decoded =
          imdecode(new Mat(1, png.length, CV_8UC1, new BytePointer(png)), IMREAD_UNCHANGED);
      var webp = new BytePointer();
      imencode(".webp", decoded, webp, new IntPointer(IMWRITE_WEBP_QUALITY, 80));
      var bytes = new byte[Math.toIntExact(webp.limit())];
      webp.get(bytes);
      return bytes;
    }
  }

  /** Puts an Exif segment that says the orientation behind the start of a JPEG. */
  static byte[] oriented(byte[] jpeg, int orientation) {
    var oriented = ByteBuffer.allocate(jpeg.length + 36);
    oriented.put(jpeg, 0, 2).putShort((short) 0xffe1).putShort((short) 34);
    oriented.put("Exif\0\0MM\0*".getBytes(StandardCharsets.ISO_8859_1)).putInt(8);
    oriented.putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
    oriented.putShort((short) orientation).putShort((short) 0).putInt(0);
    return oriented.put(jpeg, 2, jpeg.length - 2).array();
  }

  /** One colour in four components, inverted, as Adobe writes them and says in a segment. */
  static byte[] cmykJpeg(int width, int height, int[] cmyk) {
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, 4, null);
    for (int band = 0; band < cmyk.length; band++) {
      int[] samples = new int[width * height];
      Arrays.fill(samples, 255 - cmyk[band]);
      raster.setSamples(0, 0, width, height, band, samples);
    }
    byte[] jpeg = encodeJpeg(new IIOImage(raster, null, null), ImageWriteParam.MODE_DISABLED);
    return ByteBuffer.allocate(jpeg.length + 16)
        .put(jpeg, 0, 2)
        .putShort((short) 0xffee)
        .putShort((short) 14)
        .put("Adobe\0d\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1))
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  /** Puts an iCCP chunk behind the header of a PNG. */
  static byte[] pngWithProfile(byte[] png, byte[] profile) {
    var deflated = new ByteArrayOutputStream();
    deflated.writeBytes("iCCPtest\0\0".getBytes(StandardCharsets.US_ASCII));
    try (var deflater = new DeflaterOutputStream(deflated)) {
      deflater.write(profile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] chunk = deflated.toByteArray();
    var crc = new CRC32();
    crc.update(chunk);
    int headerEnd = 33;
    return ByteBuffer.allocate(png.length + chunk.length + 8)
        .put(png, 0, headerEnd)
        .putInt(chunk.length - 4)
        .put(chunk)
        .putInt((int) crc.getValue())
        .put(png, headerEnd, png.length - headerEnd)
        .array();
  }

  /** Puts an APP2 segment with a profile behind the start of a JPEG. */
  static byte[] jpegWithProfile(byte[] jpeg, byte[] profile) {
    return ByteBuffer.allocate(jpeg.length + profile.length + 18)
        .put(jpeg, 0, 2)
        .putShort((short) 0xffe2)
        .putShort((short) (profile.length + 16))
        .put("ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1))
        .put(profile)
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }
}
