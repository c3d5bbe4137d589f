package io.github.satchel.testkit.report;

import io.github.satchel.contract.Event;
import io.github.satchel.testkit.flink.FlinkRest.Checkpoint;
import io.github.satchel.testkit.report.BurstResult.Checkpoints;
import io.github.satchel.testkit.report.BurstResult.ProcessFigures;
import io.github.satchel.testkit.report.BurstResult.Stages;
import io.github.satchel.testkit.report.Monitor.JobSample;
import io.github.satchel.testkit.report.RequestLog.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A measured burst: what was read of its requests, and what was seen of the job meanwhile.
 *
 * @param processUse over the burst
 * @param packedAt when the archives of a request were complete, by its id; seconds since the first
 *     request was written
 * @param classifiers how many the trainer has got
 */
public record Burst(
    RequestLog log,
    ProcessUse processUse,
    List<JobSample> job,
    List<Checkpoint> checkpoints,
    Map<String, Double> packedAt,
    int classifiers) {

  /** The line that the job writes when a request's archives are complete. */
  private static final Pattern PACKED =
      Pattern.compile("(\\S+) INFO +RequestWindow .*Request (\\S+) is packed: .*");

  /** The figures. */
  public BurstResult result() {
    List<Entry> pupils = log.entries().stream().filter(entry -> !entry.load().ahead()).toList();
    List<Duration> times = pupils.stream().map(Entry::time).filter(Objects::nonNull).toList();
    Percentiles percentiles = new Percentiles(times.isEmpty() ? List.of(Duration.ZERO) : times);
    double max = seconds(percentiles.at(100));
    double mean = times.stream().mapToDouble(Burst::seconds).average().orElse(0);
    int images = log.entries().stream().mapToInt(entry -> entry.load().images()).sum();
    double seconds = ended();
    double cpu = processUse.cpuSeconds(Part.SERVING);
    return new BurstResult(
        "burst",
        log.entries().size(),
        outcomes(),
        classifiers,
        images,
        round(seconds),
        round(images / seconds),
        round(seconds(percentiles.at(50))),
        round(seconds(percentiles.at(95))),
        round(max),
        round(mean),
        round(mean / max),
        log.entries().stream()
            .filter(entry -> entry.load().name().equals(LoadFactory.LARGE))
            .map(Entry::time)
            .filter(Objects::nonNull)
            .map(time -> round(seconds(time)))
            .findFirst()
            .orElse(null),
        round(cpu),
        round(images / cpu),
        stages(pupils),
        processes(),
        new Checkpoints(
            (int) checkpoints.stream().filter(Burst::isCompleted).count(),
            (int) checkpoints.stream().filter(each -> each.status().equals("FAILED")).count(),
            checkpoints.stream()
                .filter(Burst::isCompleted)
                .map(each -> round(seconds(each.duration())))
                .toList()),
        job.stream()
            .map(JobSample::bytesInFlight)
            .filter(Objects::nonNull)
            .max(Long::compare)
            .orElse(null),
        log.order(),
        complaints());
  }

  /** Seconds from the first request written to the last outcome read. */
  double ended() {
    return log.entries().stream()
        .map(Entry::endedAt)
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(0);
  }

  /** When a request's archives were complete, if it is known. */
  @Nullable Double packedAt(Entry entry) {
    return packedAt.get(entry.load().requestId());
  }

  public static boolean isCompleted(Checkpoint checkpoint) {
    return checkpoint.status().equals("COMPLETED");
  }

  public static String ending(Entry entry) {
    return entry.outcomes().isEmpty()
        ? "none"
        : entry.outcomes().get(0).type().name().toLowerCase(Locale.ROOT);
  }

  private Map<String, Integer> outcomes() {
    return log.entries().stream()
        .collect(
            Collectors.groupingBy(Burst::ending, TreeMap::new, Collectors.summingInt(entry -> 1)));
  }

  private Stages stages(List<Entry> pupils) {
    List<Entry> complete =
        pupils.stream()
            .filter(entry -> entry.endedAt() != null && packedAt(entry) != null)
            .filter(entry -> entry.startedAt() != null && entry.imagesAt() != null)
            .toList();
    return new Stages(
        mean(complete, entry -> at(entry.startedAt()) - entry.writtenAt()),
        mean(complete, entry -> at(entry.imagesAt()) - at(entry.startedAt())),
        mean(complete, entry -> Math.max(at(packedAt(entry)) - at(entry.imagesAt()), 0)),
        mean(
            complete,
            entry -> at(entry.endedAt()) - Math.max(at(packedAt(entry)), at(entry.imagesAt()))));
  }

  private static double mean(List<Entry> entries, ToDoubleFunction<Entry> value) {
    return round(entries.stream().mapToDouble(value).average().orElse(0));
  }

  private static double at(@Nullable Double time) {
    return Objects.requireNonNull(time);
  }

  private List<ProcessFigures> processes() {
    return processUse.usage().entrySet().stream()
        .map(
            entry ->
                new ProcessFigures(
                    entry.getKey(),
                    round(entry.getValue().cpuSeconds()),
                    processUse.peakRss(entry.getKey()),
                    entry.getValue().peakRssOfLife()))
        .toList();
  }

  private List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    int uploads = 0;
    for (Entry entry : log.entries()) {
      if (entry.outcomes().size() != 1) {
        complaints.add(entry.load().name() + ": " + entry.outcomes().size() + " outcomes");
      } else if (!entry.load().expected().contains(entry.outcomes().get(0).type())) {
        Event.ErrorInfo error = entry.outcomes().get(0).error();
        complaints.add(
            entry.load().name() + ": " + ending(entry) + (error == null ? "" : ", " + error));
      }
      uploads += ending(entry).equals("uploaded") ? 1 : 0;
    }
    if (uploads != classifiers) {
      complaints.add(
          "the trainer has got " + classifiers + " classifiers for " + uploads + " requests");
    }
    checkpoints.stream()
        .filter(each -> each.status().equals("FAILED"))
        .map(each -> "checkpoint " + each.id() + " failed")
        .forEach(complaints::add);
    return complaints;
  }

  /**
   * When the archives of requests were complete.
   *
   * @param logs files that the job writes its log to
   */
  static Map<String, Double> packedAt(List<Path> logs, Instant began) throws IOException {
    Map<String, Double> packed = new HashMap<>();
    for (Path file : logs) {
      try (Stream<String> lines = Files.lines(file)) {
        lines
            .map(PACKED::matcher)
            .filter(Matcher::matches)
            .forEach(line -> packed.put(line.group(2), since(began, line.group(1))));
      }
    }
    return packed;
  }

  private static double since(Instant began, String logged) {
    Instant at =
        LocalDateTime.parse(logged.replace(',', '.')).atZone(ZoneId.systemDefault()).toInstant();
    return seconds(began, at);
  }

  public static double seconds(Instant from, Instant to) {
    return seconds(Duration.between(from, to));
  }

  public static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  public static double round(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
