package io.github.satchel.bench;

import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.resize.Outcome;
import io.github.satchel.job.resize.PictureResizer;
import io.github.satchel.job.resize.kernel.KernelChoice;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import net.coobird.thumbnailator.Thumbnails;
import org.apache.flink.configuration.Configuration;

/** What is measured within the JVM. */
public enum Contestant {
  /** Satchel's native kernel. */
  NATIVE {
    @Override
    Resizer open() {
      return kernel(KernelChoice.NATIVE);
    }
  },
  /** Satchel's Java kernel. */
  JAVA {
    @Override
    Resizer open() {
      return kernel(KernelChoice.JAVA);
    }
  },
  /** Thumbnailator as its manual shows it, with TwelveMonkeys' plug-ins on the class path. */
  THUMBNAILATOR {
    @Override
    Resizer open() {
      ImageIO.setUseCache(false);
      ImageIO.scanForPlugins();
      return (content, format) -> {
        var resized = new ByteArrayOutputStream();
        Thumbnails.of(new ByteArrayInputStream(content))
            .forceSize(SETTINGS.width(), SETTINGS.height())
            .imageType(
                format == OutputFormat.JPEG
                    ? BufferedImage.TYPE_INT_RGB
                    : BufferedImage.TYPE_INT_ARGB)
            .outputFormat(format.name())
            .outputQuality(SETTINGS.jpegQuality() / 100.0)
            .toOutputStream(resized);
        return resized.toByteArray();
      };
    }
  };

  /** A resizer that is not open yet. */
  static final Resizer NONE =
      (content, format) -> {
        throw new IllegalStateException("not open");
      };

  static final ResizeSettings SETTINGS = ResizeSettings.from(new Configuration());

  abstract Resizer open();

  static ResizeSettings settings(KernelChoice choice) {
    return new ResizeSettings(
        SETTINGS.width(),
        SETTINGS.height(),
        SETTINGS.maxPixels(),
        choice,
        SETTINGS.jpegQuality(),
        SETTINGS.timeout());
  }

  private static Resizer kernel(KernelChoice choice) {
    PictureResizer resizer = PictureResizer.open(settings(choice));
    return new Resizer() {
      @Override
      public byte[] resize(byte[] content, OutputFormat format) {
        if (resizer.resize(content, format) instanceof Outcome.Resized resized) {
          return resized.content();
        }
        throw new IllegalArgumentException("a picture that is refused cannot be measured");
      }

      @Override
      public void close() {
        resizer.close();
      }
    };
  }

  /** Makes a picture of the settings' size. */
  interface Resizer extends AutoCloseable {
    byte[] resize(byte[] content, OutputFormat format) throws IOException;

    @Override
    default void close() {}
  }
}
