package io.github.satchel.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How long tests wait for what has to come. It is the only limit of its kind: long enough for a
 * machine with many times more work than processors, as waiting costs nothing when things work.
 *
 * <p>JUnit finds this by itself, so {@code await().until(...)} needs no limit of its own.
 */
public final class Patience implements LauncherSessionListener {

  /** What Awaitility waits for at most, and whoever waits without it should. */
  public static final Duration LIMIT = Duration.ofMinutes(5);

  /** JUnit makes one before the first test. */
  public Patience() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(LIMIT);
  }
}
