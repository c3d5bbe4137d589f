package io.github.satchel.bench.comparison;

import java.util.List;

/** The middle value, or the mean of the two that are in the middle. */
final class Median {

  private Median() {}

  /**
   * Of values in any order.
   *
   * @param values at least one
   */
  static double of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int size = sorted.size();
    return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }
}
