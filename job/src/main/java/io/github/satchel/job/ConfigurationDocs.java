package io.github.satchel.job;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;

/** Makes {@code docs/configuration.md} of {@link SatchelOptions}. */
final class ConfigurationDocs {

  private ConfigurationDocs() {}

  /** The page, in Markdown. */
  static String render() {
    String rows =
        SatchelOptions.all().stream().map(ConfigurationDocs::row).collect(Collectors.joining());
    return """
    # Configuration

    One YAML file, nested or with dotted keys; `--key value` on the command line overrides a key. A
    wrong key or value is refused at start. Keys below `flink.` go to Flink when the job runs in one
    process; on a cluster Flink has a configuration of its own.

    This page is generated from `SatchelOptions`, and a test fails when it is stale.

    Every setting is free to change across a savepoint, unless its last column says what to mind: what is under way goes
    on, by the old value or the new one. Of a setting that was renamed the old name still works.

    | key | default | value | | changing it |
    |---|---|---|---|---|
    """
        + rows;
  }

  private static String row(ConfigOption<?> option) {
    return "| `%s` | %s | %s | %s | %s |%n"
        .formatted(
            option.key(),
            defaultOf(option),
            allowed(option),
            description(option) + oldNames(option),
            SatchelOptions.CHANGED_WITH_CARE.getOrDefault(option, "free"));
  }

  private static String oldNames(ConfigOption<?> option) {
    StringBuilder names = new StringBuilder();
    option.fallbackKeys().forEach(key -> names.append(" Once `%s`.".formatted(key.getKey())));
    return names.toString();
  }

  /** What an option is for. */
  static String description(ConfigOption<?> option) {
    return new HtmlFormatter().format(option.description());
  }

  /** What an option's values look like. */
  static String allowed(ConfigOption<?> option) {
    Object value = option.defaultValue();
    if (value instanceof Duration) {
      return "a duration such as 500 ms, 20 s, 2 min, 24 h";
    } else if (value instanceof MemorySize) {
      return "a size such as 512 kb, 50 mb";
    } else if (value instanceof Boolean) {
      return "true or false";
    } else if (value instanceof Integer || value instanceof Long) {
      return "a whole number";
    } else if (value instanceof Double || value instanceof Float) {
      return "a number";
    } else if (value instanceof Enum<?> constant) {
      return "one of "
          + Arrays.stream(constant.getDeclaringClass().getEnumConstants())
              .map(Object::toString)
              .collect(Collectors.joining(", "));
    } else if (value instanceof List) {
      return "a list";
    } else if (value instanceof Map) {
      return "keys and values below this key";
    }
    return "a text";
  }

  private static String defaultOf(ConfigOption<?> option) {
    Object value = option.defaultValue();
    if (value == null) {
      return SatchelOptions.REQUIRED.contains(option) ? "required" : "none";
    } else if (value instanceof Duration duration) {
      return "`" + TimeUtils.formatWithHighestUnit(duration) + "`";
    } else if (value instanceof List<?> list) {
      return list.isEmpty() ? "none" : "`" + list + "`";
    } else if (value instanceof Map<?, ?> map && map.isEmpty()) {
      return "none";
    }
    return "`" + value + "`";
  }
}
