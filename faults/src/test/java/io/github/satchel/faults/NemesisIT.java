package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.faults.History.Aftermath;
import io.github.satchel.faults.History.Circumstances;
import io.github.satchel.faults.Nemesis.Strike;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is lost and nothing done twice, whatever breaks, for {@code faults.minutes}. */
class NemesisIT {

  private static final int MINUTES = Integer.getInteger("faults.minutes", 30);
  private static final long SEED = Long.getLong("faults.seed", 1);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @Test
  void everyRequestEndsOnceWhateverBreaks() throws Exception {
    try (World world = World.start(directory, 2, Map.of(), Duration.ofMillis(500));
        Recorder recorder = new Recorder(world.bootstrapServers(), "zstd")) {
      Map<String, Long> stateBefore = world.stateSizes();
      Nemesis nemesis = new Nemesis(world, possible(), SEED);
      List<Strike> strikes;
      try (Driver driver = new Driver(world, recorder, SEED, "press")) {
        driver.start(Duration.ofMillis(1_200), 20, Duration.ofMinutes(1));
        strikes =
            nemesis.rage(
                Instant.now().plus(Duration.ofMinutes(MINUTES)),
                Duration.ofSeconds(1),
                Duration.ofSeconds(12),
                Duration.ofSeconds(10));
      }
      LenientWaits.forOutcomes(recorder);
      Epilogue epilogue = new Epilogue(world, recorder);
      epilogue.press();
      Aftermath aftermath = epilogue.look(stateBefore);
      Verdict verdict =
          Checker.judge(world.history(recorder, new Circumstances(true, true), aftermath));
      System.out.println(report(strikes) + "\nSeed " + SEED + ": " + verdict);
      assertThat(verdict.violations()).isEmpty();
    }
  }

  private static List<Fault> possible() {
    return Stream.of(Fault.values()).filter(Fault::possible).toList();
  }

  private static String report(List<Strike> strikes) {
    Map<Fault, Integer> counts = new TreeMap<>();
    for (Strike strike : strikes) {
      if (strike.failure().isEmpty()) {
        counts.merge(strike.fault(), 1, Integer::sum);
      }
    }
    int went = counts.values().stream().mapToInt(Integer::intValue).sum();
    return "%d faults of %d kinds: %s; %d more did not go as meant"
        .formatted(went, counts.size(), counts, strikes.size() - went);
  }
}
