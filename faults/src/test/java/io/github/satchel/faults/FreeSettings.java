package io.github.satchel.faults;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Settings that docs/configuration.md calls free to change across a savepoint, and values that each
 * may have: any of one setting goes with any of all others.
 */
final class FreeSettings {

  static final Map<String, List<String>> VALUES =
      Map.ofEntries(
          Map.entry("admit.remember", List.of("200 s", "260 s")),
          Map.entry("archives.inline-memory", List.of("16 mb", "64 mb")),
          Map.entry("archives.inline-size", List.of("1 kb", "1 mb")),
          Map.entry("archives.max-attempts", List.of("5", "8")),
          Map.entry("archives.writers", List.of("1", "8")),
          Map.entry("dispatch.in-flight", List.of("20", "300")),
          Map.entry("dispatch.patience", List.of("1 s", "5 s")),
          Map.entry("dispatch.quantum", List.of("20", "100")),
          Map.entry("dispatch.supersede", List.of("true", "false")),
          Map.entry("fetch.concurrency", List.of("50", "10000")),
          Map.entry("fetch.connect-timeout", List.of("5 s", "8 s")),
          Map.entry("fetch.dead-host-pause", List.of("1 s", "3 s")),
          Map.entry("fetch.idle-timeout", List.of("8 s", "9 s")),
          Map.entry("fetch.max-attempts", List.of("2", "3")),
          Map.entry("fetch.max-per-host", List.of("4", "16")),
          Map.entry("fetch.max-retry-after", List.of("1 min", "1 h")),
          Map.entry("fetch.retry-delay", List.of("200 ms", "1 s")),
          Map.entry("fetch.timeout", List.of("10 s", "20 s")),
          Map.entry("forget.remember", List.of("100 s", "150 s")),
          Map.entry("images.readers", List.of("2", "16")),
          Map.entry("kafka.compression", List.of("gzip", "none")),
          Map.entry("quota.class.pictures", List.of("0", "1000000")),
          Map.entry("quota.class.requests", List.of("0", "1000000")),
          Map.entry("quota.user.open", List.of("0", "1000000")),
          Map.entry("quota.user.pictures", List.of("0", "1000000")),
          Map.entry("quota.user.requests", List.of("0", "1000000")),
          Map.entry("request.deadline", List.of("100 s", "3 min")),
          Map.entry("request.max-deadline", List.of("3 min", "190 s")),
          Map.entry("resize.jpeg-quality", List.of("70", "90")),
          Map.entry("resize.kernel", List.of("AUTO", "NATIVE")),
          Map.entry("resize.max-pixels", List.of("20000000", "50000000")),
          Map.entry("resize.timeout", List.of("5 s", "10 s")),
          Map.entry("trainer.connect-timeout", List.of("5 s", "10 s")),
          Map.entry("trainer.idle-timeout", List.of("20 s", "30 s")),
          Map.entry("trainer.max-attempts", List.of("10", "12")),
          Map.entry("trainer.max-upload-size", List.of("32 mb", "512 mb")),
          Map.entry("trainer.max-uploads", List.of("2", "8")),
          Map.entry("trainer.progress-interval", List.of("200 ms", "5 s")),
          Map.entry("trainer.response-timeout", List.of("20 s", "30 s")),
          Map.entry("trainer.upload-timeout", List.of("10 min", "1 h")),
          Map.entry("watson.cool-down", List.of("5 s", "1 min")),
          Map.entry("watson.delete-again-after", List.of("1 min", "15 min")),
          Map.entry("watson.follow", List.of("true", "false")),
          Map.entry("watson.follow-interval", List.of("1 s", "10 s")),
          Map.entry("watson.follow-limit", List.of("1 h", "2 h")),
          Map.entry("watson.follow-max-interval", List.of("30 s", "2 min")),
          Map.entry("watson.max-calls-per-key", List.of("5", "20")),
          Map.entry("window.progress-interval", List.of("100 ms", "10 s")));

  /**
   * Free, and left as they are: addresses and limits that a world has one value of, and what would
   * change what requests are allowed or what is kept of them.
   */
  static final Set<String> LEFT =
      Set.of(
          "archives.keep",
          "cache.dir",
          "cache.max-age",
          "cache.timeout",
          "cache.ttl",
          "credentials.allowed-origins",
          "endpoints.dir",
          "fetch.allowed-hosts",
          "fetch.allowed-networks",
          "fetch.allowed-ports",
          "fetch.max-size",
          "fetch.memory",
          "fetch.tls.engine",
          "fetch.tls.unverified-hosts",
          "fetch.tls.verify",
          "fetch.user-agent",
          "fetch.wikimedia.api",
          "fetch.wikimedia.prefix",
          "fetch.wikimedia.width",
          "kafka.group-id",
          "kafka.max-message-size",
          "kafka.properties",
          "kafka.topics.dead-letters",
          "site.contact",
          "site.name",
          "watson.iam-url");

  private FreeSettings() {}

  /** A value for each of them. */
  static Map<String, String> any(RandomGenerator random) {
    Map<String, String> settings = new HashMap<>();
    VALUES.keySet().stream()
        .sorted() // so that a seed has the same values every time
        .forEach(
            key -> {
              List<String> values = VALUES.getOrDefault(key, List.of());
              settings.put(key, values.get(random.nextInt(values.size())));
            });
    return settings;
  }
}
