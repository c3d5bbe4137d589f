package io.github.satchel.testkit.report;

import java.time.Duration;
import java.util.List;

/** Percentiles by nearest rank: each is a value that occurred. */
public final class Percentiles {

  private final List<Duration> sorted;

  /**
   * @param values at least one
   */
  public Percentiles(List<Duration> values) {
    sorted = values.stream().sorted().toList();
  }

  public Duration at(int percent) {
    int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
    return sorted.get(Math.max(rank, 1) - 1);
  }
}
