package io.github.satchel.cli;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads times as settings have them: {@code 500ms}, {@code 30s}, {@code 15min}, {@code 1h}; a
 * number alone is seconds.
 */
public final class DurationConverter implements ITypeConverter<Duration> {

  private static final Pattern TIME = Pattern.compile("(\\d{1,9}) ?(ms|s|min|h|d)?");

  private static final Map<String, ChronoUnit> UNITS =
      Map.of(
          "ms", ChronoUnit.MILLIS,
          "s", ChronoUnit.SECONDS,
          "min", ChronoUnit.MINUTES,
          "h", ChronoUnit.HOURS,
          "d", ChronoUnit.DAYS);

  @Override
  public Duration convert(String text) {
    Matcher time = TIME.matcher(text.strip());
    if (!time.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no time such as 500ms, 30s, 15min or 1h");
    }
    String unit = time.group(2) == null ? "s" : time.group(2);
    return Duration.of(Long.parseLong(time.group(1)), UNITS.getOrDefault(unit, ChronoUnit.SECONDS));
  }
}
