package io.github.satchel.job.fetch;

import io.github.satchel.job.SatchelOptions;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * The {@code images.*} and {@code fetch.*} options of {@link SatchelOptions}, which describe them,
 * read and checked. Fetch functions with equal settings share their connections and their memory.
 *
 * @param imagesDir null if there are no stored images
 * @param memory in bytes; null for a share of the heap
 * @param maxSize in bytes
 */
public record FetchSettings(
    @Nullable String imagesDir,
    int readers,
    @Nullable Long memory,
    int maxPerHost,
    Duration timeout,
    Duration connectTimeout,
    Duration idleTimeout,
    int maxSize,
    int maxAttempts,
    Duration retryDelay,
    Duration maxRetryAfter,
    Duration deadHostPause,
    String userAgent,
    List<String> allowedNetworks,
    List<String> allowedHosts,
    List<Integer> allowedPorts,
    boolean tlsVerify,
    List<String> tlsUnverifiedHosts,
    String wikimediaPrefix,
    String wikimediaApi,
    int wikimediaWidth)
    implements Serializable {

  /** The widths that Wikimedia serves since 2026. */
  private static final Set<Integer> WIKIMEDIA_WIDTHS =
      Set.of(20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840);

  /**
   * Reads the options.
   *
   * @throws IllegalConfigurationException naming the option that makes no sense
   */
  public static FetchSettings from(ReadableConfig config) {
    long maxSize = config.get(SatchelOptions.FETCH_MAX_SIZE).getBytes();
    require(
        maxSize > 0 && maxSize <= Integer.MAX_VALUE - 16,
        SatchelOptions.FETCH_MAX_SIZE,
        "must fit an array");
    @Nullable MemorySize memory = config.getOptional(SatchelOptions.FETCH_MEMORY).orElse(null);
    require(
        memory == null || memory.getBytes() > maxSize,
        SatchelOptions.FETCH_MEMORY,
        "must be more than " + SatchelOptions.FETCH_MAX_SIZE.key());
    FetchSettings settings =
        new FetchSettings(
            config.getOptional(SatchelOptions.IMAGES_DIR).orElse(null),
            atLeastOne(config, SatchelOptions.IMAGES_READERS),
            memory == null ? null : memory.getBytes(),
            atLeastOne(config, SatchelOptions.FETCH_MAX_PER_HOST),
            positive(config, SatchelOptions.FETCH_TIMEOUT),
            positive(config, SatchelOptions.FETCH_CONNECT_TIMEOUT),
            positive(config, SatchelOptions.FETCH_IDLE_TIMEOUT),
            (int) maxSize,
            atLeastOne(config, SatchelOptions.FETCH_MAX_ATTEMPTS),
            positive(config, SatchelOptions.FETCH_RETRY_DELAY),
            positive(config, SatchelOptions.FETCH_MAX_RETRY_AFTER),
            positive(config, SatchelOptions.FETCH_DEAD_HOST_PAUSE),
            config.get(SatchelOptions.FETCH_USER_AGENT),
            List.copyOf(config.get(SatchelOptions.FETCH_ALLOWED_NETWORKS)),
            List.copyOf(config.get(SatchelOptions.FETCH_ALLOWED_HOSTS)),
            List.copyOf(config.get(SatchelOptions.FETCH_ALLOWED_PORTS)),
            config.get(SatchelOptions.FETCH_TLS_VERIFY),
            List.copyOf(config.get(SatchelOptions.FETCH_TLS_UNVERIFIED_HOSTS)),
            config.get(SatchelOptions.FETCH_WIKIMEDIA_PREFIX),
            config.get(SatchelOptions.FETCH_WIKIMEDIA_API),
            config.get(SatchelOptions.FETCH_WIKIMEDIA_WIDTH));
    require(
        WIKIMEDIA_WIDTHS.contains(settings.wikimediaWidth),
        SatchelOptions.FETCH_WIKIMEDIA_WIDTH,
        "must be one of " + WIKIMEDIA_WIDTHS.stream().sorted().toList());
    try {
      settings.addressPolicy();
    } catch (IllegalArgumentException e) {
      throw new IllegalConfigurationException(
          SatchelOptions.FETCH_ALLOWED_NETWORKS.key() + ": " + e.getMessage(), e);
    }
    return settings;
  }

  AddressPolicy addressPolicy() {
    return AddressPolicy.allowing(allowedNetworks, new HostPatterns(allowedHosts));
  }

  private static int atLeastOne(ReadableConfig config, ConfigOption<Integer> option) {
    int value = config.get(option);
    require(value >= 1, option, "must be at least 1");
    return value;
  }

  private static Duration positive(ReadableConfig config, ConfigOption<Duration> option) {
    Duration value = config.get(option);
    require(value.toMillis() > 0, option, "must be at least a millisecond");
    return value;
  }

  private static void require(boolean holds, ConfigOption<?> option, String what) {
    if (!holds) {
      throw new IllegalConfigurationException(option.key() + " " + what);
    }
  }
}
