package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that has a known bug is found to have one: a suite that finds nothing proves nothing. */
@SuppressWarnings("try") // what runs beside needs no mention
class PlantedBugAttack {

  private static final int KILLS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path directory;

  /** Whatever the job writes down before an upload is gone when it looks for it. */
  @Test
  void aJobWithoutJournalsIsCaught() throws Exception {
    try (World world = World.start(directory, 2, Map.of(), Duration.ofSeconds(2));
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd");
        Periodic bug =
            new Periodic(
                "bug", Duration.ofMillis(20), () -> deleteJournals(world.archivesDirectory()))) {
      try (Driver driver = new Driver(world, recorder, 1, "press")) {
        driver.start(Duration.ofMillis(500), 10, Duration.ofSeconds(10));
        Nemesis nemesis = new Nemesis(world, List.of(), 1);
        for (int i = 0; i < KILLS; i++) {
          int served = recorder.served();
          await("outcomes").atMost(PATIENCE).until(() -> recorder.served() >= served + 10);
          nemesis.strike(Fault.EVERYTHING_OF_FLINK_KILLED, Duration.ZERO);
        }
      }
      Patience.forOutcomes(recorder);
      Verdict verdict =
          Checker.judge(
              new History(
                  recorder.sent(),
                  recorder.told(),
                  recorder.letters(),
                  world.creates(),
                  world.archives(),
                  true,
                  false,
                  Map.of(),
                  Map.of()));
      System.out.println("Without journals: " + verdict);
      assertThat(verdict.violations())
          .extracting(Verdict.Violation::rule)
          .containsAnyOf(Rule.ONE_CLASSIFIER, Rule.ONE_OUTCOME, Rule.NO_OTHER_CLASSIFIER);
    }
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
