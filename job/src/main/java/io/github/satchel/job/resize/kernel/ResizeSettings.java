package io.github.satchel.job.resize.kernel;

import static io.github.satchel.job.SatchelOptions.RESIZE_HEIGHT;
import static io.github.satchel.job.SatchelOptions.RESIZE_JPEG_QUALITY;
import static io.github.satchel.job.SatchelOptions.RESIZE_KERNEL;
import static io.github.satchel.job.SatchelOptions.RESIZE_MAX_PIXELS;
import static io.github.satchel.job.SatchelOptions.RESIZE_TIMEOUT;
import static io.github.satchel.job.SatchelOptions.RESIZE_WIDTH;

import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.ReadableConfig;

/**
 * Settings of the resize stage.
 *
 * @param width of the resized picture, pixels
 * @param height of the resized picture, pixels
 * @param maxPixels most pixels a picture may have, width × height of its header
 * @param jpegQuality 1 to 100
 * @param timeout longest time for one picture
 */
public record ResizeSettings(
    int width, int height, long maxPixels, KernelChoice kernel, int jpegQuality, Duration timeout)
    implements Serializable {

  /** Checks the ranges. */
  public ResizeSettings {
    require(RESIZE_WIDTH, width, width > 0 && width <= 4096, "1 to 4096");
    require(RESIZE_HEIGHT, height, height > 0 && height <= 4096, "1 to 4096");
    require(RESIZE_MAX_PIXELS, maxPixels, maxPixels > 0, "positive");
    require(RESIZE_JPEG_QUALITY, jpegQuality, jpegQuality > 0 && jpegQuality <= 100, "1 to 100");
    require(RESIZE_TIMEOUT, timeout, timeout.toMillis() > 0, "at least 1 ms");
  }

  /** The settings that a configuration holds. */
  public static ResizeSettings from(ReadableConfig config) {
    return new ResizeSettings(
        config.get(RESIZE_WIDTH),
        config.get(RESIZE_HEIGHT),
        config.get(RESIZE_MAX_PIXELS),
        config.get(RESIZE_KERNEL),
        config.get(RESIZE_JPEG_QUALITY),
        config.get(RESIZE_TIMEOUT));
  }

  private static <T> void require(ConfigOption<T> option, T value, boolean holds, String allowed) {
    if (!holds) {
      throw new IllegalConfigurationException(option.key() + ": '" + value + "' is not " + allowed);
    }
  }
}
