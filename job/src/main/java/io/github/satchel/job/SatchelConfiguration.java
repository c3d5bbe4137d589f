package io.github.satchel.job;

import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import io.github.satchel.job.trainer.Trainers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.util.TimeUtils;

/**
 * Reads the job's settings from one YAML file, nested or with dotted keys, and from overrides of
 * single keys, and checks all of them before anything starts.
 *
 * <p>Keys below {@value #FLINK_PREFIX} are Flink's own and are for a run in one process; on a
 * cluster they belong into Flink's configuration.
 */
public final class SatchelConfiguration {

  /** Prefix of settings that are handed to Flink. */
  public static final String FLINK_PREFIX = "flink.";

  private final Configuration options;
  private final Configuration flink;

  private SatchelConfiguration(Configuration options, Configuration flink) {
    this.options = options;
    this.flink = flink;
  }

  /** The job's settings, every one of them valid. */
  public Configuration options() {
    return options;
  }

  /** Settings for Flink, prefix taken off. */
  public Configuration flink() {
    return flink;
  }

  /**
   * Reads a file and puts overrides on top.
   *
   * @param overrides values by dotted key
   * @throws InvalidConfigurationException naming every key and value that is wrong, and what is
   *     allowed
   */
  public static SatchelConfiguration load(Path file, Map<String, String> overrides)
      throws InvalidConfigurationException {
    Map<String, String> values;
    try (InputStream in = Files.newInputStream(file)) {
      values = Yaml.read(in, file.toString());
    } catch (IOException e) {
      throw new InvalidConfigurationException(List.of("cannot read " + file + ": " + e));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationException(List.of(String.valueOf(e.getMessage())));
    }
    values.putAll(overrides);
    return of(values);
  }

  /**
   * Takes settings as they are.
   *
   * @param values by dotted key
   * @throws InvalidConfigurationException naming every key and value that is wrong, and what is
   *     allowed
   */
  public static SatchelConfiguration of(Map<String, String> values)
      throws InvalidConfigurationException {
    Map<String, String> own = new LinkedHashMap<>();
    Map<String, String> flink = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(FLINK_PREFIX)) {
            flink.put(key.substring(FLINK_PREFIX.length()), value);
          } else {
            own.put(key, value);
          }
        });
    Configuration options = Configuration.fromMap(own);
    List<String> problems = new ArrayList<>();
    List<String> missing =
        SatchelOptions.REQUIRED.stream()
            .map(ConfigOption::key)
            .filter(key -> !own.containsKey(key))
            .sorted(Comparator.reverseOrder()) // the site's name before its contact
            .toList();
    own.keySet().forEach(key -> checkKey(key, problems));
    SatchelOptions.all().forEach(option -> checkValue(option, options, problems));
    if (problems.isEmpty()) {
      SatchelOptions.RULES.forEach(rule -> rule.check(options).ifPresent(problems::add));
      checkStage(() -> FetchSettings.from(options), problems);
      checkStage(() -> ResizeSettings.from(options), problems);
      checkStage(() -> Trainers.decrypter(options), problems);
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigurationException(
          problems, missing.size() == problems.size() ? missing : List.of());
    }
    return new SatchelConfiguration(options, Configuration.fromMap(flink));
  }

  private static void checkKey(String key, List<String> problems) {
    boolean known =
        SatchelOptions.all().stream()
            .anyMatch(
                option ->
                    option.key().equals(key)
                        || fallbackKeys(option).contains(key)
                        || (isMap(option) && key.startsWith(option.key() + ".")));
    if (known) {
      return;
    }
    String section = key.contains(".") ? key.substring(0, key.indexOf('.') + 1) : "";
    List<String> near =
        SatchelOptions.all().stream()
            .map(ConfigOption::key)
            .filter(allowed -> !section.isEmpty() && allowed.startsWith(section))
            .toList();
    problems.add(
        near.isEmpty()
            ? "unknown key " + key + "; keys start with " + String.join(", ", sections())
            : "unknown key " + key + "; allowed are " + String.join(", ", near));
  }

  /** Names that a setting had once. */
  private static List<String> fallbackKeys(ConfigOption<?> option) {
    List<String> keys = new ArrayList<>();
    option.fallbackKeys().forEach(key -> keys.add(key.getKey()));
    return keys;
  }

  private static List<String> sections() {
    List<String> sections =
        new ArrayList<>(
            SatchelOptions.all().stream()
                .map(option -> option.key().substring(0, option.key().indexOf('.') + 1))
                .distinct()
                .toList());
    sections.add(FLINK_PREFIX);
    return sections;
  }

  private static void checkValue(
      ConfigOption<?> option, Configuration options, List<String> problems) {
    try {
      Object value = options.get(option);
      if (value == null && SatchelOptions.REQUIRED.contains(option)) {
        problems.add(option.key() + " is missing: " + ConfigurationDocs.description(option));
      }
    } catch (IllegalArgumentException e) {
      // Properties of clients may hold a password.
      String value = isMap(option) ? "" : ": '" + options.toMap().get(option.key()) + "'";
      problems.add(option.key() + value + " is not " + ConfigurationDocs.allowed(option));
    }
  }

  /** The settings of a stage that go together are checked by the stage. */
  private static void checkStage(Runnable settings, List<String> problems) {
    try {
      settings.run();
    } catch (IllegalConfigurationException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private static boolean isMap(ConfigOption<?> option) {
    return option.defaultValue() instanceof Map;
  }

  /** What a setting must be beyond its type. */
  interface Rule {

    /** The sentence that names the key, the value and what is allowed; empty if all is well. */
    Optional<String> check(Configuration options);

    static <T extends Comparable<T>> Rule atLeast(ConfigOption<T> option, T least) {
      return options -> {
        T value = options.get(option);
        return value.compareTo(least) >= 0
            ? Optional.empty()
            : Optional.of(option.key() + ": " + print(value) + " is less than " + print(least));
      };
    }

    static <T extends Comparable<T>> Rule notLess(ConfigOption<T> option, ConfigOption<T> other) {
      return options -> {
        T value = options.get(option);
        T bound = options.get(other);
        return value.compareTo(bound) >= 0
            ? Optional.empty()
            : Optional.of(
                "%s: %s is less than %s, %s"
                    .formatted(option.key(), print(value), other.key(), print(bound)));
      };
    }

    static <T extends Comparable<T>> Rule longerThan(
        ConfigOption<T> option, ConfigOption<T> other) {
      return options -> {
        T value = options.get(option);
        T bound = options.get(other);
        return value.compareTo(bound) > 0
            ? Optional.empty()
            : Optional.of(
                option.key()
                    + ": "
                    + print(value)
                    + " is not longer than "
                    + other.key()
                    + ", "
                    + print(bound));
      };
    }

    private static String print(Object value) {
      return value instanceof Duration duration
          ? TimeUtils.formatWithHighestUnit(duration)
          : value.toString();
    }
  }

  /** Settings that the job does not start with. */
  public static final class InvalidConfigurationException extends Exception {

    private final List<String> problems;
    private final List<String> missing;

    InvalidConfigurationException(List<String> problems) {
      this(problems, List.of());
    }

    InvalidConfigurationException(List<String> problems, List<String> missing) {
      super(
          problems.size() == 1
              ? "Wrong configuration: " + problems.get(0)
              : "Wrong configuration:\n  - " + String.join("\n  - ", problems));
      this.problems = List.copyOf(problems);
      this.missing = List.copyOf(missing);
    }

    /** A sentence for each thing that is wrong. */
    public List<String> problems() {
      return problems;
    }

    /** Keys that are required and not there, if there is no other problem. */
    public List<String> missing() {
      return missing;
    }
  }
}
