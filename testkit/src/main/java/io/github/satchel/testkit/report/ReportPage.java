package io.github.satchel.testkit.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.satchel.contract.Json;
import io.github.satchel.testkit.report.ContactSheet.Sheet;
import io.github.satchel.testkit.report.Monitor.JobSample;
import io.github.satchel.testkit.report.Monitor.MemorySample;
import io.github.satchel.testkit.report.RequestLog.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One page to look at a burst, with all that it needs inside; drawn by Chart.js. */
public final class ReportPage {

  private static final String TEMPLATE = "report.html";
  private static final String CHART_JS =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  /**
   * What the page shows; the script in the template reads it. Times are seconds since the first
   * request was written; series are pairs of time and value.
   */
  record Data(
      Instant began,
      BurstResult figures,
      List<Bar> requests,
      List<double[]> rate,
      Map<String, List<double[]>> busy,
      Map<String, List<double[]>> backpressured,
      List<double[]> inFlight,
      Map<String, List<double[]>> memory,
      List<Double> checkpoints,
      List<Sheet> sheets) {}

  /** When the stages of a request ended. What is not known ended with the stage after it. */
  record Bar(
      String name, double written, double started, double images, double packed, double ended) {}

  private ReportPage() {}

  /** Writes the page. */
  public static void write(Path file, Burst burst, List<Sheet> sheets) throws IOException {
    String data = Json.MAPPER.writeValueAsString(data(burst, sheets)).replace("</", "<\\/");
    String page =
        resource(TEMPLATE)
            .replace("/*CHART.JS*/", resource(CHART_JS).replaceAll("//# sourceMappingURL=.*", ""))
            .replace("/*DATA*/", data);
    Files.writeString(file, page);
  }

  static Data data(Burst burst, List<Sheet> sheets) {
    return new Data(
        burst.log().began(),
        burst.result(),
        burst.log().entries().stream().map(entry -> bar(burst, entry)).toList(),
        rate(burst),
        shares(burst, JobSample::busy),
        shares(burst, JobSample::backpressured),
        inFlight(burst),
        memory(burst),
        burst.checkpoints().stream()
            .map(each -> Burst.seconds(burst.log().began(), each.triggered()))
            .toList(),
        sheets);
  }

  private static Bar bar(Burst burst, Entry entry) {
    double ended = or(entry.endedAt(), burst.ended());
    double packed = Math.min(or(burst.packedAt(entry), ended), ended);
    double images = Math.min(or(entry.imagesAt(), packed), packed);
    double started = Math.min(or(entry.startedAt(), images), images);
    return new Bar(entry.load().name(), entry.writtenAt(), started, images, packed, ended);
  }

  private static double or(@Nullable Double known, double other) {
    return known == null ? other : known;
  }

  /** Images of each second. */
  private static List<double[]> rate(Burst burst) {
    double[] images = new double[(int) Math.ceil(burst.ended()) + 1];
    burst
        .log()
        .imagesDone()
        .forEach(
            (at, count) ->
                images[Math.min(Math.max((int) Math.floor(at), 0), images.length - 1)] += count);
    List<double[]> points = new ArrayList<>();
    for (int second = 0; second < images.length - 1; second++) {
      points.add(new double[] {second + 0.5, images[second]});
    }
    return points;
  }

  private static Map<String, List<double[]>> shares(
      Burst burst, Function<JobSample, Map<String, Double>> shares) {
    Map<String, List<double[]>> series = new LinkedHashMap<>();
    for (JobSample sample : burst.job()) {
      shares
          .apply(sample)
          .forEach(
              (vertex, share) ->
                  series
                      .computeIfAbsent(vertex, name -> new ArrayList<>())
                      .add(new double[] {at(burst, sample.nanoTime()), share}));
    }
    return series;
  }

  private static List<double[]> inFlight(Burst burst) {
    return burst.job().stream()
        .filter(sample -> sample.bytesInFlight() != null)
        .map(
            sample ->
                new double[] {
                  at(burst, sample.nanoTime()),
                  megabytes(Objects.requireNonNull(sample.bytesInFlight()))
                })
        .toList();
  }

  private static Map<String, List<double[]>> memory(Burst burst) {
    Map<String, List<double[]>> series = new LinkedHashMap<>();
    for (MemorySample sample : burst.processUse().memory()) {
      sample
          .rss()
          .forEach(
              (process, bytes) ->
                  series
                      .computeIfAbsent(process, name -> new ArrayList<>())
                      .add(new double[] {at(burst, sample.nanoTime()), megabytes(bytes)}));
    }
    return series;
  }

  private static double at(Burst burst, long nanoTime) {
    return Burst.round(burst.log().since(nanoTime));
  }

  private static double megabytes(long bytes) {
    return Math.round(bytes / 1024.0 / 1024.0);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ReportPage.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
