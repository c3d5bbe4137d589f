package io.github.satchel.job.resize.kernel;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.header.PictureType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ImageReaderWriterSpi;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.spi.ServiceRegistry;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.flink.util.TemporaryClassLoaderContext;

/**
 * Pictures in and out by the codecs of the JDK; TwelveMonkeys only for what the JDK does not read,
 * WebP and JPEG in CMYK, since its plug-ins for plain JPEG double the cost. All are taken by name,
 * never from ImageIO's registry of plug-ins: that holds what the first job of a process brought, in
 * a class loader that may be closed by now.
 *
 * <p>Belongs to one thread.
 */
final class JavaCodecs implements AutoCloseable {

  private static final IIORegistry REGISTRY = registryWithoutPlugins();

  private final Map<PictureType, ImageReader> readers = new EnumMap<>(PictureType.class);
  private final ImageReader oddJpegReader;
  private final ImageWriter pngWriter;
  private final ImageWriter jpegWriter;

  JavaCodecs() {
    try {
      for (PictureType type : PictureType.values()) {
        ImageReaderSpi spi =
            type == PictureType.WEBP
                ? new WebPImageReaderSpi()
                : ofJdk(ImageReaderSpi.class, type.name());
        readers.put(type, spi.createReaderInstance());
      }
      oddJpegReader = oddJpegReaderSpi().createReaderInstance();
      pngWriter = ofJdk(ImageWriterSpi.class, "PNG").createWriterInstance();
      jpegWriter = ofJdk(ImageWriterSpi.class, "JPEG").createWriterInstance();
    } catch (IOException e) {
      throw new IllegalStateException("a codec of the JDK does not start", e);
    }
  }

  /**
   * Reads the first frame. A large JPEG is read with pixels left out, as long as twice the wanted
   * width and height are left.
   */
  BufferedImage decode(byte[] content, PictureHeader header, int width, int height)
      throws IOException {
    ImageReader reader = header.components() == 4 ? oddJpegReader : reader(header.type());
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      reader.setInput(input, true, true);
      ImageReadParam param = reader.getDefaultReadParam();
      if (header.type() == PictureType.JPEG) {
        int step = subsampling(header, width, height);
        param.setSourceSubsampling(step, step, 0, 0);
      }
      return reader.read(0, param);
    } finally {
      reader.reset();
    }
  }

  /** The heap that a decoded picture takes, at four bytes a pixel. */
  long decodedBytes(PictureHeader header, int width, int height) {
    long step = header.type() == PictureType.JPEG ? subsampling(header, width, height) : 1;
    return 4 * header.pixels() / (step * step);
  }

  private static int subsampling(PictureHeader header, int width, int height) {
    return Math.max(1, Math.min(header.width() / (2 * width), header.height() / (2 * height)));
  }

  byte[] png(BufferedImage picture) throws IOException {
    ImageWriteParam param = pngWriter.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(0.9f); // deflate's level 1
    return write(pngWriter, picture, param);
  }

  byte[] jpeg(BufferedImage picture, float quality) throws IOException {
    ImageWriteParam param = jpegWriter.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(quality);
    return write(jpegWriter, picture, param);
  }

  private static byte[] write(ImageWriter writer, BufferedImage picture, ImageWriteParam param)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var output = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(picture, null, null), param);
    } finally {
      writer.reset();
    }
    return bytes.toByteArray();
  }

  private ImageReader reader(PictureType type) {
    ImageReader reader = readers.get(type);
    if (reader == null) {
      throw new IllegalStateException("no reader of " + type);
    }
    return reader;
  }

  @SuppressWarnings("try") // the resource is its effect on the thread
  private static IIORegistry registryWithoutPlugins() {
    // The registry looks for plug-ins by the thread's class loader when it is first asked for.
    try (var ignored = TemporaryClassLoaderContext.of(ClassLoader.getPlatformClassLoader())) {
      return IIORegistry.getDefaultInstance();
    }
  }

  /** TwelveMonkeys' reader finds the JDK's, which it builds on, when it is registered beside it. */
  private static ImageReaderSpi oddJpegReaderSpi() {
    List<Class<?>> categories = List.of(ImageReaderSpi.class);
    var registry = new ServiceRegistry(categories.iterator());
    registry.registerServiceProvider(ofJdk(ImageReaderSpi.class, "JPEG"));
    var spi = new JPEGImageReaderSpi();
    registry.registerServiceProvider(spi);
    return spi;
  }

  private static <T extends ImageReaderWriterSpi> T ofJdk(Class<T> kind, String format) {
    Iterator<T> providers = REGISTRY.getServiceProviders(kind, false);
    while (providers.hasNext()) {
      T provider = providers.next();
      if (provider.getClass().getModule() == IIORegistry.class.getModule()) {
        for (String name : provider.getFormatNames()) {
          if (name.equalsIgnoreCase(format)) {
            return provider;
          }
        }
      }
    }
    throw new IllegalStateException("this JDK has no codec for " + format);
  }

  @Override
  public void close() {
    readers.values().forEach(ImageReader::dispose);
    oddJpegReader.dispose();
    pngWriter.dispose();
    jpegWriter.dispose();
  }
}
