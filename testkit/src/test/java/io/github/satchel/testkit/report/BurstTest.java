package io.github.satchel.testkit.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.client.Result;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.Json;
import io.github.satchel.testkit.flink.FlinkRest.Checkpoint;
import io.github.satchel.testkit.report.ContactSheet.Sheet;
import io.github.satchel.testkit.report.Monitor.JobSample;
import io.github.satchel.testkit.report.Monitor.MemorySample;
import io.github.satchel.testkit.report.ProcessUse.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BurstTest {

  private static final int IMAGES = 20;
  private static final DateTimeFormatter LOG_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss,SSS");

  private final List<Load> loads =
      new LoadFactory(n -> "http://127.0.0.1/" + n, 0).pupils("run", 4, 2, IMAGES / 2);
  private final RequestLog log = new RequestLog(loads);
  private long written;

  @TempDir private Path directory;

  @BeforeEach
  void write() {
    written = System.nanoTime();
    loads.forEach(log::written);
  }

  @Test
  void figuresComeFromWhatWasReadAndWhen() throws Exception {
    serve(0, 2);
    serve(2, 3);
    serve(1, 4);
    serve(3, 10);

    BurstResult result = burst(4).result();

    assertThat(result.complaints()).isEmpty();
    assertThat(result.outcomes()).isEqualTo(Map.of("uploaded", 4));
    assertThat(result.images()).isEqualTo(80);
    assertThat(result.seconds()).isBetween(9.9, 10.1);
    assertThat(result.imagesPerSecond()).isBetween(7.9, 8.1);
    assertThat(result.p50()).isBetween(2.9, 3.1);
    assertThat(result.max()).isBetween(9.9, 10.1);
    assertThat(result.meanToMax()).isBetween(0.46, 0.49);
    assertThat(result.order()).containsExactly("pupil 1", "pupil 3", "pupil 2", "pupil 4");
    assertThat(result.cpuSeconds()).isEqualTo(4);
    assertThat(result.imagesPerCpuSecond()).isEqualTo(20);
    assertThat(result.bytesInFlight()).isEqualTo(7 << 20);
    assertThat(result.checkpoints().completed()).isEqualTo(1);
    assertThat(result.checkpoints().durations()).containsExactly(0.7);
    assertThat(result.processes().get(0).peakRss()).isEqualTo(300 << 20);
    assertThat(result.stages().waiting()).isBetween(0.9, 1.1);
    assertThat(result.stages().uploading()).isBetween(0.2, 0.35);
  }

  @Test
  void whatIsNotAsExpectedIsSaid() throws Exception {
    serve(0, 2);
    read(0, 3, event(loads.get(0), Event.Type.FAILED, 0));
    read(1, 3, event(loads.get(1), Event.Type.FAILED, 0));
    serve(2, 3);

    assertThat(burst(1).result().complaints())
        .containsExactlyInAnyOrder(
            "pupil 1: 2 outcomes",
            "pupil 2: failed",
            "pupil 4: 0 outcomes",
            "the trainer has got 1 classifiers for 2 requests");
  }

  @Test
  void anOutcomeThatIsDeliveredTwiceCountsOnce() throws Exception {
    Event outcome = event(loads.get(0), Event.Type.UPLOADED, IMAGES);
    read(0, 2, outcome);
    read(0, 5, outcome);

    assertThat(log.entries().get(0).outcomes()).hasSize(1);
    assertThat(log.order()).containsExactly("pupil 1");
    assertThat(log.entries().get(0).endedAt()).isBetween(1.9, 2.1);
  }

  @Test
  void thePageHoldsEverythingThatItShows() throws Exception {
    serve(0, 2);
    serve(1, 3);
    serve(2, 4);
    Path file = directory.resolve("report.html");

    ReportPage.write(file, burst(3), List.of(new Sheet("</script>", List.of("data:image/png,"))));

    String page = Files.readString(file);
    assertThat(page).contains("Chart.js v4").doesNotContain("src=\"http", "sourceMappingURL");
    JsonNode data =
        Json.MAPPER.readTree(
            page.substring(
                page.indexOf("application/json\">") + 18,
                page.indexOf("</script>", page.indexOf("application/json\">"))));
    assertThat(data.path("requests")).hasSize(4);
    assertThat(data.path("requests").get(0).path("started").asDouble()).isBetween(0.9, 1.1);
    assertThat(data.path("requests").get(3).path("ended").asDouble()).isBetween(3.9, 4.1);
    assertThat(data.path("sheets").get(0).path("title").asText()).isEqualTo("</script>");
    double images =
        IntStream.range(0, data.path("rate").size())
            .mapToDouble(i -> data.path("rate").get(i).get(1).asDouble())
            .sum();
    assertThat(images).isEqualTo(3 * IMAGES);
  }

  /** A request is accepted, has its first image after 1 s, all 0.5 s before its end. */
  private void serve(int pupil, double ended) throws Exception {
    Load load = loads.get(pupil);
    read(pupil, 0.1, event(load, Event.Type.ACCEPTED, 0));
    read(pupil, 1, event(load, Event.Type.PROGRESS, 1));
    read(pupil, ended - 0.5, event(load, Event.Type.PROGRESS, IMAGES));
    read(pupil, ended, event(load, Event.Type.UPLOADED, IMAGES));
    packed.put(load, ended - 0.25);
  }

  private final Map<Load, Double> packed = new LinkedHashMap<>();

  private Burst burst(int classifiers) throws Exception {
    Path jobLog = directory.resolve("taskmanager-1.log");
    Files.write(
        jobLog,
        packed.entrySet().stream()
            .map(
                entry ->
                    "%s INFO  RequestWindow [request window (1/2)#0] Request %s is packed: 2 archives"
                        .formatted(
                            LOG_TIME.format(
                                LocalDateTime.ofInstant(
                                    log.began().plusMillis((long) (entry.getValue() * 1000)),
                                    ZoneId.systemDefault())),
                            entry.getKey().requestId()))
            .toList());
    Map<String, Usage> usage = new LinkedHashMap<>();
    usage.put("taskmanager-1", new Usage(Part.SERVING, 4, 400 << 20));
    usage.put("kafka", new Usage(Part.NEEDED, 2, 200 << 20));
    usage.put("pictures", new Usage(Part.ELSEWHERE, 8, 200 << 20));
    return new Burst(
        log,
        new ProcessUse(
            usage,
            List.of(
                new MemorySample(written, Map.of("taskmanager-1", 300L << 20)),
                new MemorySample(written, Map.of("taskmanager-1", 200L << 20, "kafka", 1L << 30)))),
        List.of(new JobSample(written, Map.of("resize", 0.9), Map.of("fetch", 0.8), 7L << 20)),
        List.of(
            new Checkpoint(1, "COMPLETED", Instant.now(), Duration.ofMillis(700), 1000),
            new Checkpoint(2, "IN_PROGRESS", Instant.now(), Duration.ZERO, 0)),
        Burst.packedAt(List.of(jobLog), log.began()),
        classifiers);
  }

  private void read(int pupil, double at, Event event) throws Exception {
    byte[] json = Json.MAPPER.writeValueAsBytes(event);
    log.read(
        new Result(
            new ConsumerRecord<>(
                "results", 0, pupil, loads.get(pupil).requestId().getBytes(UTF_8), json),
            Json.MAPPER.readTree(json),
            event,
            written + (long) (at * 1e9)));
  }

  private static Event event(Load load, Event.Type type, int done) {
    return new Event(
        type,
        load.requestId(),
        "project",
        Instant.EPOCH,
        new ImageCounts(load.images(), done, 0),
        null,
        List.of(),
        List.of(),
        null,
        null,
        List.of(),
        List.of());
  }
}
