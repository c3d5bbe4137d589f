package io.github.satchel.testkit.pictures;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which pictures there are how often.
 *
 * @param weights by what a file's name starts with, up to its first {@code _}; each is the part
 *     that its files have in the sum of all. Empty: every file is as frequent as any other.
 */
public record PictureMix(Map<String, Integer> weights) {

  /** Every file alike. */
  public static final PictureMix EVEN = new PictureMix(Map.of());

  public PictureMix {
    weights = new LinkedHashMap<>(weights);
  }

  /**
   * Reads a mix like {@code web=50,webcam=20}.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static PictureMix parse(String text) {
    Map<String, Integer> weights = new LinkedHashMap<>();
    if (text.isEmpty()) {
      return EVEN;
    }
    for (String part : text.split(",", -1)) {
      String[] sides = part.split("=", -1);
      if (sides.length != 2 || !sides[0].matches("[^_]+") || !sides[1].matches("[1-9]\\d{0,5}")) {
        throw new IllegalArgumentException(
            "'" + part + "' is not NAME=WEIGHT with a weight of 1 to 999999");
      }
      if (weights.put(sides[0], Integer.valueOf(sides[1])) != null) {
        throw new IllegalArgumentException(sides[0] + " is there twice");
      }
    }
    return new PictureMix(weights);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return weights.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
