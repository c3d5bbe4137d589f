package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long outcomes stay away after a fault, and how many pictures are fetched again. */
class RecoveryTimesAttack {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration OUTAGE = Duration.ofSeconds(20);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final int REQUESTS_BETWEEN = 20;

  @TempDir private Path directory;

  @Test
  void outcomesFlowAgainAfterEachFault() throws Exception {
    List<String> table = new ArrayList<>();
    table.add("| fault | longest time without an outcome | pictures fetched again |");
    table.add("|---|---|---|");
    Map<String, String> oneSlotEach =
        Map.of("flink.taskmanager.numberOfTaskSlots", "1", "flink.parallelism.default", "3");
    try (World world = World.start(directory, 3, oneSlotEach, Duration.ofMillis(500));
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd")) {
      Nemesis nemesis = new Nemesis(world, List.of(), 1);
      Map<String, Periodic.Action> actions = new LinkedHashMap<>();
      actions.put("none", () -> {});
      actions.put(
          "task manager killed", () -> nemesis.strike(Fault.TASK_MANAGER_KILLED, Duration.ZERO));
      actions.put(
          "job manager killed", () -> nemesis.strike(Fault.JOB_MANAGER_KILLED, Duration.ZERO));
      actions.put("broker away for 20 s", () -> nemesis.strike(Fault.BROKER_KILLED, OUTAGE));
      actions.put("S3 away for 20 s", () -> nemesis.strike(Fault.S3_KILLED, OUTAGE));
      actions.put("rescaled 3 to 1", () -> rescale(world, 1));
      actions.put("rescaled 1 to 3", () -> rescale(world, 3));
      for (Map.Entry<String, Periodic.Action> each : actions.entrySet()) {
        table.add(row(each.getKey(), world, recorder, each.getValue()));
      }
    }
    System.out.println(String.join("\n", table));
    assertThat(table).doesNotHaveDuplicates();
  }

  private static void rescale(World world, int parallelism) throws IOException {
    Fault.rescale(world, parallelism);
    await("that many subtasks")
        .atMost(PATIENCE)
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

  private static String row(String fault, World world, Recorder recorder, Periodic.Action action)
      throws Exception {
    long fetched = world.services().picturesAsked();
    long wanted = images(recorder);
    Instant start;
    Instant end;
    try (Driver driver = new Driver(world, recorder, 1, fault.replace(' ', '-'))) {
      driver.startPlain(PERIOD);
      awaitMore(recorder);
      start = Instant.now();
      action.run();
      awaitMore(recorder);
      end = Instant.now();
    }
    await("all outcomes").atMost(PATIENCE).until(() -> recorder.open() == 0);
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
    return "| %s | %.1f s | %d of %d |"
        .formatted(fault, longest.toMillis() / 1e3, again, images(recorder) - wanted);
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
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> recorder.served() >= served + REQUESTS_BETWEEN);
  }
}
