package io.github.satchel.job.resize;

import static io.github.satchel.job.SatchelOptions.RESIZE_HEIGHT;
import static io.github.satchel.job.SatchelOptions.RESIZE_JPEG_QUALITY;
import static io.github.satchel.job.SatchelOptions.RESIZE_KERNEL;
import static io.github.satchel.job.SatchelOptions.RESIZE_MAX_PIXELS;
import static io.github.satchel.job.SatchelOptions.RESIZE_TIMEOUT;
import static io.github.satchel.job.SatchelOptions.RESIZE_WIDTH;

import java.io.Serializable;
import java.time.Duration;
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
    require(width > 0 && width <= 4096, RESIZE_WIDTH.key() + " must be 1 to 4096");
    require(height > 0 && height <= 4096, RESIZE_HEIGHT.key() + " must be 1 to 4096");
    require(maxPixels > 0, RESIZE_MAX_PIXELS.key() + " must be positive");
    require(jpegQuality > 0 && jpegQuality <= 100, RESIZE_JPEG_QUALITY.key() + " must be 1 to 100");
    require(timeout.toMillis() > 0, RESIZE_TIMEOUT.key() + " must be positive");
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

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalConfigurationException(message);
    }
  }
}
