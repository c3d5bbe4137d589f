package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.faults.History.Aftermath;
import io.github.satchel.faults.History.Circumstances;
import io.github.satchel.faults.Verdict.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that has a known bug is found to have one: a suite that finds nothing proves nothing. */
@SuppressWarnings("try") // what runs beside needs no mention
class PlantedBugAttack {

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration UPLOAD = Duration.ofSeconds(3);
  private static final String JOB = "job/src/main/java/io/github/satchel/job/";
  private static final String CONNECTORS =
      "connectors/src/main/java/io/github/satchel/connectors/training/operator/";

  /** Fetch hands pictures to resize over an edge without a partitioner. */
  private static final Patch FORWARD =
      new Patch(
          JOB + "SatchelTopology.java", "\\.rebalance\\(\\)(\\s*\\.(map|transform)\\()", "$1");

  /** The timer of the next progress event is looked for where today's settings would have it. */
  private static final Patch STRAY_TIMER =
      new Patch(
          JOB + "window/RequestWindow.java",
          "long progressTimer = images.tally\\(\\).progressTimer\\(\\);",
          """
          long progressTimer =
              images.tally().progressTimer() == 0
                  ? 0
                  : images.tally().progressAt() + progressInterval.toMillis();\
          """);

  /** A timer is taken for that of the tombstone because there is a tombstone. */
  private static final Patch ANY_TIMER =
      new Patch(
          JOB + "window/Tombstones.java", "if \\(time == ended.forgetAt\\(\\)\\)", "if (true)");

  /** Whoever is given a training uploads it, also when another does so already. */
  private static final Patch TWO_OWNERS =
      new Patch(
          CONNECTORS + "TrainingOperator.java",
          "if \\(queued.value\\(\\) != null\\)",
          "if (false)");

  /** Every one of them. */
  static final List<Patch> PATCHES = List.of(FORWARD, STRAY_TIMER, ANY_TIMER, TWO_OWNERS);

  @TempDir private Path directory;

  /** Whatever the job writes down before an upload is gone when it looks for it. */
  @Test
  void aJobWithoutJournalsIsCaught() throws Exception {
    try (World world = World.start(directory, 2, Map.of(), UPLOAD);
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd");
        Periodic bug =
            new Periodic(
                "bug", Duration.ofMillis(20), () -> deleteJournals(world.archivesDirectory()))) {
      hunt(
          "no journals",
          world,
          recorder,
          List.of(Fault.EVERYTHING_OF_FLINK_KILLED, Fault.KILLED_BETWEEN_CREATE_AND_JOURNAL),
          Set.of(Rule.ONE_CLASSIFIER, Rule.ONE_OUTCOME, Rule.NO_OTHER_CLASSIFIER));
    }
  }

  @Test
  void aJobWhoseResizeIsFedByAnEdgeWithoutAPartitionerIsCaught() throws Exception {
    Instant start = Instant.now();
    try (World world = World.start(directory, 2, Map.of(), UPLOAD, FORWARD);
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd")) {
      Epilogue epilogue = new Epilogue(world, recorder);
      epilogue.press();
      report(
          "forward to resize",
          start,
          violations(world, recorder, epilogue.unforgotten(), Set.of(Rule.WORK_IS_SHARED)));
    }
  }

  @Test
  void aJobThatForgetsARequestByAStrayTimerIsCaught() throws Exception {
    try (World world = World.start(directory, 2, Map.of(), UPLOAD, STRAY_TIMER, ANY_TIMER);
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd")) {
      hunt(
          "a stray timer",
          world,
          recorder,
          List.of(Fault.SETTINGS_CHANGED),
          Set.of(Rule.ONE_CLASSIFIER, Rule.ONE_OUTCOME, Rule.NO_OTHER_CLASSIFIER));
    }
  }

  @Test
  void aJobThatUploadsARequestInTwoPlacesIsCaught() throws Exception {
    try (World world = World.start(directory, 2, Map.of(), UPLOAD, TWO_OWNERS);
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd")) {
      hunt(
          "two owners",
          world,
          recorder,
          List.of(Fault.RESCALED_UNEVENLY),
          Set.of(Rule.ONE_CLASSIFIER, Rule.ONE_OUTCOME, Rule.NO_OTHER_CLASSIFIER));
    }
  }

  /** Strikes until a rule is broken that has to be. */
  private static void hunt(
      String bug, World world, Recorder recorder, List<Fault> faults, Set<Rule> rules)
      throws Exception {
    Instant start = Instant.now();
    Nemesis nemesis = new Nemesis(world, faults, 1);
    List<Violation> found = List.of();
    try (Driver driver = new Driver(world, recorder, 1, "press")) {
      driver.start(Duration.ofMillis(500), 10, Duration.ofSeconds(10));
      await("an outcome").atMost(LIMIT).until(() -> recorder.served() > 0);
      while (found.isEmpty() && Duration.between(start, Instant.now()).compareTo(LIMIT) < 0) {
        nemesis.rage(
            Instant.now().plusSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(6),
            Duration.ofSeconds(8));
        found = violations(world, recorder, Aftermath.NONE, rules);
      }
    }
    report(bug, start, found);
  }

  private static void report(String bug, Instant start, List<Violation> found) {
    Duration took = Duration.between(start, Instant.now());
    System.out.println("Planted: " + bug + ", after " + took.toSeconds() + " s: " + found);
    assertThat(found).as(bug).isNotEmpty();
    assertThat(took).as(bug).isLessThan(LIMIT);
  }

  private static List<Violation> violations(
      World world, Recorder recorder, Aftermath aftermath, Set<Rule> rules) throws IOException {
    History history = world.history(recorder, new Circumstances(true, false), aftermath);
    return Checker.judge(history).violations().stream()
        .filter(violation -> rules.contains(violation.rule()))
        // Of what has not ended yet nothing is known.
        .filter(violation -> !violation.what().endsWith("ended as ''"))
        .toList();
  }

  private static void deleteJournals(Path archives) {
    try (Stream<Path> files = Files.walk(archives)) {
      for (Path journal : files.filter(file -> file.toString().endsWith(".json")).toList()) {
        Files.deleteIfExists(journal);
      }
    } catch (IOException | RuntimeException e) {
      // Directories come and go; the next time is soon.
    }
  }
}
