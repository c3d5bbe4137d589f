package io.github.satchel.job.fetch.source;

import io.github.satchel.guard.address.AddressPolicy;
import io.github.satchel.guard.address.HostPatterns;
import io.github.satchel.guard.address.Network;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.cache.CacheSettings;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/**
 * The {@code images.*} and {@code fetch.*} options of {@link SatchelOptions}, which describe them,
 * read and checked. Fetch functions with equal settings share their connections and their memory.
 *
 * @param imagesDir null if there are no stored images
 * @param memory in bytes; null for a share of the heap
 * @param maxSize in bytes
 * @param cache null if no pictures are kept
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
    String site,
    String userAgent,
    List<String> allowedNetworks,
    List<String> allowedHosts,
    List<Integer> allowedPorts,
    boolean tlsVerify,
    List<String> tlsUnverifiedHosts,
    TlsChoice tlsEngine,
    String wikimediaPrefix,
    String wikimediaApi,
    int wikimediaWidth,
    @Nullable CacheSettings cache)
    implements Serializable {

  /** The widths that Wikimedia serves since 2026. */
  private static final List<Integer> WIKIMEDIA_WIDTHS =
      List.of(20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840);

  private static final String HOST_PATTERN = "a host such as example.org or *.example.org";
  private static final Pattern PRINTABLE = Pattern.compile("[ -~]*[!-~][ -~]*");

  private static final long MAX_ARRAY = Integer.MAX_VALUE - 16;
  private static final Duration MAX_DURATION = Duration.ofDays(1);
  private static final int MAX_PORT = 65_535;

  /**
   * Reads the options.
   *
   * @throws IllegalConfigurationException naming the option that makes no sense, its value and what
   *     is allowed
   */
  public static FetchSettings from(ReadableConfig config) {
    MemorySize maxSize = config.get(SatchelOptions.FETCH_MAX_SIZE);
    require(
        maxSize.getBytes() > 0 && maxSize.getBytes() <= MAX_ARRAY,
        SatchelOptions.FETCH_MAX_SIZE,
        maxSize,
        "a size from 1 byte to " + MAX_ARRAY + " bytes");
    @Nullable MemorySize memory = config.getOptional(SatchelOptions.FETCH_MEMORY).orElse(null);
    require(
        memory == null || memory.compareTo(maxSize) > 0,
        SatchelOptions.FETCH_MEMORY,
        memory,
        "more than " + SatchelOptions.FETCH_MAX_SIZE.key() + ", " + maxSize);
    return new FetchSettings(
        config.getOptional(SatchelOptions.IMAGES_DIR).orElse(null),
        atLeastOne(config, SatchelOptions.IMAGES_READERS),
        memory == null ? null : memory.getBytes(),
        atLeastOne(config, SatchelOptions.FETCH_MAX_PER_HOST),
        duration(config, SatchelOptions.FETCH_TIMEOUT),
        duration(config, SatchelOptions.FETCH_CONNECT_TIMEOUT),
        duration(config, SatchelOptions.FETCH_IDLE_TIMEOUT),
        (int) maxSize.getBytes(),
        atLeastOne(config, SatchelOptions.FETCH_MAX_ATTEMPTS),
        duration(config, SatchelOptions.FETCH_RETRY_DELAY),
        duration(config, SatchelOptions.FETCH_MAX_RETRY_AFTER),
        duration(config, SatchelOptions.FETCH_DEAD_HOST_PAUSE),
        config.getOptional(SatchelOptions.SITE_NAME).orElse("this site"),
        userAgent(config),
        each(
            config,
            SatchelOptions.FETCH_ALLOWED_NETWORKS,
            Network::isNetwork,
            "an address block such as 10.1.0.0/16 or fd00::/8"),
        each(config, SatchelOptions.FETCH_ALLOWED_HOSTS, HostPatterns::isPattern, HOST_PATTERN),
        each(
            config,
            SatchelOptions.FETCH_ALLOWED_PORTS,
            port -> port >= 1 && port <= MAX_PORT,
            "a port from 1 to " + MAX_PORT),
        config.get(SatchelOptions.FETCH_TLS_VERIFY),
        each(
            config,
            SatchelOptions.FETCH_TLS_UNVERIFIED_HOSTS,
            HostPatterns::isPattern,
            HOST_PATTERN),
        config.get(SatchelOptions.FETCH_TLS_ENGINE),
        config.get(SatchelOptions.FETCH_WIKIMEDIA_PREFIX),
        checked(
            config,
            SatchelOptions.FETCH_WIKIMEDIA_API,
            WebAddress::isWeb,
            "an address that starts with https:// or http://"),
        checked(
            config,
            SatchelOptions.FETCH_WIKIMEDIA_WIDTH,
            WIKIMEDIA_WIDTHS::contains,
            "one of "
                + WIKIMEDIA_WIDTHS.stream().map(String::valueOf).collect(Collectors.joining(", "))),
        CacheSettings.from(config));
  }

  private static String userAgent(ReadableConfig config) {
    return printable(config, SatchelOptions.FETCH_USER_AGENT)
        .or(
            () ->
                printable(config, SatchelOptions.SITE_CONTACT)
                    .map(contact -> "satchel (" + contact + ")"))
        .orElse("satchel");
  }

  private static Optional<String> printable(ReadableConfig config, ConfigOption<String> option) {
    Optional<String> value = config.getOptional(option);
    value.ifPresent(
        text ->
            require(
                PRINTABLE.matcher(text).matches(),
                option,
                text,
                "a text of printable ASCII characters"));
    return value;
  }

  public AddressPolicy addressPolicy() {
    return AddressPolicy.allowing(allowedNetworks, new HostPatterns(allowedHosts));
  }

  private static int atLeastOne(ReadableConfig config, ConfigOption<Integer> option) {
    return checked(config, option, value -> value >= 1, "a whole number from 1 on");
  }

  private static Duration duration(ReadableConfig config, ConfigOption<Duration> option) {
    return checked(
        config,
        option,
        value -> value.toMillis() > 0 && value.compareTo(MAX_DURATION) <= 0,
        "a duration from 1 ms to 24 h");
  }

  private static <T> T checked(
      ReadableConfig config, ConfigOption<T> option, Predicate<T> holds, String allowed) {
    T value = config.get(option);
    require(holds.test(value), option, value, allowed);
    return value;
  }

  private static <T> List<T> each(
      ReadableConfig config, ConfigOption<List<T>> option, Predicate<T> holds, String allowed) {
    List<T> values = List.copyOf(config.get(option));
    values.forEach(value -> require(holds.test(value), option, value, allowed));
    return values;
  }

  private static void require(
      boolean holds, ConfigOption<?> option, @Nullable Object value, String allowed) {
    if (!holds) {
      throw new IllegalConfigurationException(
          option.key() + ": '" + print(value) + "' is not " + allowed);
    }
  }

  private static String print(@Nullable Object value) {
    return value instanceof Duration duration
        ? TimeUtils.formatWithHighestUnit(duration)
        : String.valueOf(value);
  }
}
