package io.github.satchel.faults;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Settings that are free to change whenever the job starts again, and values that each may have.
 */
final class FreeSettings {

  /** Each pair of values of a setting goes with each of every other. */
  private static final Map<String, List<String>> VALUES =
      Map.ofEntries(
          Map.entry("admit.remember", List.of("200 s", "260 s")),
          Map.entry("archives.max-attempts", List.of("5", "8")),
          Map.entry("archives.writers", List.of("1", "8")),
          Map.entry("dispatch.in-flight", List.of("20", "300")),
          Map.entry("dispatch.patience", List.of("1 s", "5 s")),
          Map.entry("dispatch.quantum", List.of("20", "100")),
          Map.entry("dispatch.supersede", List.of("true", "false")),
          Map.entry("fetch.concurrency", List.of("50", "10000")),
          Map.entry("fetch.max-attempts", List.of("2", "3")),
          Map.entry("fetch.max-per-host", List.of("4", "16")),
          Map.entry("fetch.retry-delay", List.of("200 ms", "1 s")),
          Map.entry("fetch.timeout", List.of("10 s", "20 s")),
          Map.entry("images.readers", List.of("2", "16")),
          Map.entry("request.deadline", List.of("100 s", "3 min")),
          Map.entry("resize.jpeg-quality", List.of("70", "90")),
          Map.entry("resize.kernel", List.of("AUTO", "NATIVE")),
          Map.entry("resize.timeout", List.of("5 s", "10 s")),
          Map.entry("watson.follow", List.of("true", "false")),
          Map.entry("watson.follow-interval", List.of("1 s", "10 s")),
          Map.entry("watson.max-attempts", List.of("10", "12")),
          Map.entry("watson.max-calls-per-key", List.of("5", "20")),
          Map.entry("watson.max-upload-size", List.of("32 mb", "512 mb")),
          Map.entry("watson.max-uploads", List.of("1", "8")),
          Map.entry("watson.progress-interval", List.of("200 ms", "5 s")),
          Map.entry("watson.response-timeout", List.of("20 s", "30 s")),
          Map.entry("watson.rest-time", List.of("5 s", "1 min")),
          Map.entry("window.progress-interval", List.of("100 ms", "10 s")));

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
