package io.github.satchel.job.cache;

import io.github.satchel.job.SatchelOptions;
import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * The {@code cache.*} options of {@link SatchelOptions}, which describe them.
 *
 * @param dir where resized pictures are kept, on a Flink file system
 * @param maxAge how long one is used without asking its origin
 * @param ttl how long one is kept since its origin was last asked
 * @param timeout longest time to look for one; after that it is fetched
 * @param output what else a resized picture depends on
 */
public record CacheSettings(
    String dir, Duration maxAge, Duration ttl, Duration timeout, String output)
    implements Serializable {

  /** To be changed with whatever changes the bytes that the resize stage makes. */
  private static final int GENERATION = 1;

  /** The settings that a configuration holds; null if nothing is to be kept. */
  public static @Nullable CacheSettings from(ReadableConfig config) {
    String dir = config.getOptional(SatchelOptions.CACHE_DIR).orElse(null);
    return dir == null
        ? null
        : new CacheSettings(
            dir,
            config.get(SatchelOptions.CACHE_MAX_AGE),
            config.get(SatchelOptions.CACHE_TTL),
            config.get(SatchelOptions.CACHE_TIMEOUT),
            "%d %dx%d %d"
                .formatted(
                    GENERATION,
                    config.get(SatchelOptions.RESIZE_WIDTH),
                    config.get(SatchelOptions.RESIZE_HEIGHT),
                    config.get(SatchelOptions.RESIZE_JPEG_QUALITY)));
  }
}
