package io.github.satchel.testkit.demo;

import io.github.satchel.contract.Event;
import io.github.satchel.testkit.demo.Lesson.Line;
import io.github.satchel.testkit.report.Percentiles;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The figures of a demo; its JSON is the last line of {@code demo --json}.
 *
 * @param outcomes number of requests by how they ended
 * @param classifiers number of classifiers at the trainer
 * @param seconds from the first request written to the last outcome read
 * @param p50 seconds from request written to outcome read, median
 * @param archives directory that holds the archives of each request
 * @param complaints what was not as expected, a sentence each
 */
record Summary(
    String type,
    int requests,
    Map<String, Integer> outcomes,
    int classifiers,
    int images,
    double seconds,
    double imagesPerSecond,
    double p50,
    double p95,
    double max,
    String archives,
    List<String> complaints) {

  static Summary of(List<Line> lines, int classifiers, Duration duration, String archives) {
    Percentiles times = new Percentiles(lines.stream().map(Line::time).toList());
    int images = lines.stream().mapToInt(line -> line.pupil().images()).sum();
    Map<String, Integer> outcomes =
        lines.stream()
            .collect(
                Collectors.groupingBy(
                    Summary::ending, TreeMap::new, Collectors.summingInt(line -> 1)));
    return new Summary(
        "summary",
        lines.size(),
        outcomes,
        classifiers,
        images,
        seconds(duration),
        duration.isZero() ? 0 : round(images / seconds(duration)),
        seconds(times.at(50)),
        seconds(times.at(95)),
        seconds(times.at(100)),
        archives,
        complaints(lines, classifiers));
  }

  boolean asExpected() {
    return complaints.isEmpty();
  }

  static String ending(Line line) {
    Event outcome = line.outcome();
    return outcome == null ? "none" : outcome.type().name().toLowerCase(Locale.ROOT);
  }

  static double seconds(Duration duration) {
    return round(duration.toNanos() / 1e9);
  }

  private static double round(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static List<String> complaints(List<Line> lines, int classifiers) {
    List<String> complaints =
        lines.stream()
            .filter(line -> line.complaint() != null)
            .map(line -> line.pupil().name() + ": " + line.complaint())
            .collect(Collectors.toList());
    long uploaded =
        lines.stream()
            .map(Line::outcome)
            .filter(Objects::nonNull)
            .filter(outcome -> outcome.type() == Event.Type.UPLOADED)
            .count();
    if (uploaded != classifiers) {
      complaints.add(
          "the trainer has " + classifiers + " classifiers for " + uploaded + " uploaded requests");
    }
    return complaints;
  }
}
