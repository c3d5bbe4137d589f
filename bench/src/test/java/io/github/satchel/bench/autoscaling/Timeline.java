package io.github.satchel.bench.autoscaling;

import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.flink.FlinkRest.Vertex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** With which parallelism a job's vertices run, and since when. */
final class Timeline {

  private final FlinkRest rest;
  private final Predicate<Vertex> scaled;
  private final long start = System.nanoTime();
  private final List<Vertex> seen = new ArrayList<>();
  private final List<String> rows = new ArrayList<>();
  private List<Vertex> last = List.of();
  private long lookedAt = start;
  private double slotSeconds;

  /**
   * Begins.
   *
   * @param scaled which vertices are told one by one
   */
  Timeline(FlinkRest rest, Predicate<Vertex> scaled) {
    this.rest = rest;
    this.scaled = scaled;
  }

  /** Looks at the job, and writes a row if it runs otherwise than at the last look. */
  void look() {
    long at = System.nanoTime();
    int slots = last.stream().mapToInt(Vertex::parallelism).max().orElse(0);
    slotSeconds += slots * ((at - lookedAt) / 1e9);
    lookedAt = at;
    try {
      List<Vertex> now = rest.vertices();
      if (!now.equals(last) && now.stream().allMatch(each -> each.status().equals("RUNNING"))) {
        last = now;
        seen.addAll(now);
        note("");
      }
    } catch (IOException e) {
      // It is busy; the next look is soon.
    }
  }

  /** Writes a row. */
  void note(String what) {
    String told =
        last.stream()
            .filter(scaled)
            .map(vertex -> vertex.name() + " " + vertex.parallelism())
            .collect(Collectors.joining(" | "));
    rows.add(
        "| %d s | %s | others %s | %s |"
            .formatted(
                (System.nanoTime() - start) / 1_000_000_000,
                told,
                parallelisms(last, scaled.negate()),
                what));
  }

  /** Slots that the job held, by the seconds for which it did; vertices share slots. */
  double slotSeconds() {
    return slotSeconds;
  }

  /** Every parallelism that vertices ran with. */
  SortedSet<Integer> seen(Predicate<Vertex> which) {
    return parallelisms(seen, which);
  }

  /** Those of the last look. */
  SortedSet<Integer> last(Predicate<Vertex> which) {
    return parallelisms(last, which);
  }

  private static SortedSet<Integer> parallelisms(List<Vertex> vertices, Predicate<Vertex> which) {
    return vertices.stream()
        .filter(which)
        .map(Vertex::parallelism)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public String toString() {
    return String.join("\n", rows);
  }
}
