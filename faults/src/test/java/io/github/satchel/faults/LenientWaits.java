package io.github.satchel.faults;

import static org.awaitility.Awaitility.await;

import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/** Waits that end without a complaint: what never comes is for the checker to name. */
final class LenientWaits {

  private LenientWaits() {}

  /** Longer than the longest deadline, and an outage with it. */
  static void forOutcomes(Recorder recorder) {
    until("all outcomes", Duration.ofMinutes(6), () -> recorder.open() == 0);
  }

  /** Longer than requests are remembered. */
  static void untilForgotten(World world, Map<String, Long> stateAtFirst) {
    until(
        "everything is forgotten",
        Duration.ofMinutes(8),
        () ->
            ArchivesListing.of(world.archivesDirectory()).keySet().stream()
                    .noneMatch(path -> path.endsWith(".json"))
                && Checker.stateLeft(stateAtFirst, world.stateSizes()).isEmpty());
  }

  private static void until(String what, Duration atMost, Callable<Boolean> condition) {
    try {
      await(what)
          .atMost(atMost)
          .pollInterval(Duration.ofMillis(500))
          // The job removes files while they are listed.
          .ignoreExceptionsMatching(
              e -> e instanceof NoSuchFileException || e.getCause() instanceof NoSuchFileException)
          .until(condition);
    } catch (ConditionTimeoutException e) {
      System.out.println("Not within " + atMost + ": " + what);
    }
  }
}
