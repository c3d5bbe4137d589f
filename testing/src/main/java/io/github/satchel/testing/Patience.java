package io.github.satchel.testing;

import java.time.Duration;

/**
 * How long tests wait for what has to come. It is the only limit of its kind: long enough for a
 * machine with many times more work than processors, as waiting costs nothing when things work.
 *
 * <p>{@link PatienceListener} gives it to Awaitility, so {@code await().until(...)} needs no limit
 * of its own. This class knows nothing of JUnit: processes that tests start use it too.
 */
public final class Patience {

  /** What Awaitility waits for at most, and whoever waits without it should. */
  public static final Duration LIMIT = Duration.ofMinutes(5);

  private Patience() {}
}
