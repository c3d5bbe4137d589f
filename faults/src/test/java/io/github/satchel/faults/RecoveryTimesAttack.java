package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long outcomes stay away after a fault, and how many pictures are fetched again. */
class RecoveryTimesAttack {

  private static final Duration OUTAGE = Duration.ofSeconds(20);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final int REQUESTS_BETWEEN = 20;

  private static final String HEADING =
      """
      | fault | longest time without an outcome | pictures fetched again |
      |---|---|---|
      """;

  @TempDir private Path directory;

  @Test
  void outcomesFlowAgainAfterEachFault() throws Exception {
    List<Row> rows = new ArrayList<>();
    Map<String, String> oneSlotEach =
        Map.of("flink.taskmanager.numberOfTaskSlots", "1", "flink.parallelism.default", "3");
    try (World world = World.start(directory, 3, oneSlotEach, Duration.ofMillis(500));
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd")) {
      Nemesis nemesis = new Nemesis(world, List.of(), 1);
      List<Case> cases =
          List.of(
              new Case("none", Duration.ofSeconds(10), 0, () -> {}),
              new Case(
                  "task manager killed",
                  Duration.ofSeconds(45),
                  1,
                  () -> nemesis.strike(Fault.TASK_MANAGER_KILLED, Duration.ZERO)),
              new Case(
                  "job manager killed",
                  Duration.ofSeconds(45),
                  1,
                  () -> nemesis.strike(Fault.JOB_MANAGER_KILLED, Duration.ZERO)),
              new Case(
                  "broker away for 20 s",
                  OUTAGE.plusSeconds(60),
                  1,
                  () -> nemesis.strike(Fault.BROKER_KILLED, OUTAGE)),
              new Case(
                  "S3 away for 20 s",
                  OUTAGE.plusSeconds(60),
                  1,
                  () -> nemesis.strike(Fault.S3_KILLED, OUTAGE)),
              new Case("rescaled 3 to 1", Duration.ofSeconds(20), 0.5, () -> rescale(world, 1)),
              new Case("rescaled 1 to 3", Duration.ofSeconds(20), 0.5, () -> rescale(world, 3)));
      for (Case each : cases) {
        rows.add(row(each, world, recorder));
      }
    }
    System.out.println(
        rows.stream().map(Row::toString).collect(Collectors.joining("\n", HEADING, "")));
    assertThat(rows).allMatch(Row::isWithinBounds);
  }

  /**
   * Something that breaks.
   *
   * @param longest time without an outcome that is allowed: about four times what a machine of two
   *     cores needs that has nothing else to do
   * @param again how many pictures may be fetched again, of each that is asked for
   */
  private record Case(String fault, Duration longest, double again, Periodic.Action action) {}

  /** What came of it: the longest time without an outcome, and pictures. */
  private record Row(Case fault, Duration longest, long again, long pictures) {

    boolean isWithinBounds() {
      return longest.compareTo(fault.longest()) <= 0 && again <= fault.again() * pictures;
    }

    @Override
    public String toString() {
      return "| %s | %.1f s | %d of %d |"
          .formatted(fault.fault(), longest.toMillis() / 1e3, again, pictures);
    }
  }

  private static void rescale(World world, int parallelism) throws IOException {
    Fault.rescale(world, parallelism);
    await("that many subtasks")
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(
            () ->
                world.flink().rest().vertices().stream()
                    .allMatch(
                        vertex ->
                            vertex.parallelism() == parallelism
                                && vertex.status().equals("RUNNING")));
  }

  private static Row row(Case fault, World world, Recorder recorder) throws Exception {
    long fetched = world.services().picturesAsked();
    long wanted = images(recorder);
    Instant start;
    Instant end;
    try (Driver driver = new Driver(world, recorder, 1, fault.fault().replace(' ', '-'))) {
      driver.startPlain(PERIOD);
      awaitMore(recorder);
      start = Instant.now();
      fault.action().run();
      awaitMore(recorder);
      end = Instant.now();
    }
    await("all outcomes").until(() -> recorder.open() == 0);
    Duration longest = Duration.ZERO;
    Instant last = start;
    for (Instant outcome : recorder.servedAt()) {
      if (outcome.isAfter(start) && outcome.isBefore(end)) {
        Duration gap = Duration.between(last, outcome);
        longest = gap.compareTo(longest) > 0 ? gap : longest;
        last = outcome;
      }
    }
    long again = world.services().picturesAsked() - fetched - (images(recorder) - wanted);
    return new Row(fault, longest, again, images(recorder) - wanted);
  }

  private static long images(Recorder recorder) {
    return recorder.sent().stream()
        .mapToLong(
            message -> {
              long images = 0;
              for (JsonNode label : Objects.requireNonNull(message.request()).path("labels")) {
                images += label.size();
              }
              return images;
            })
        .sum();
  }

  private static void awaitMore(Recorder recorder) {
    int served = recorder.served();
    await("outcomes")
        .pollInterval(Duration.ofMillis(100))
        .until(() -> recorder.served() >= served + REQUESTS_BETWEEN);
  }
}
