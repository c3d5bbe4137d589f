package io.github.satchel.testing;

import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Has Awaitility wait as long as {@link Patience} says; JUnit finds it by itself. */
public final class PatienceListener implements LauncherSessionListener {

  /** JUnit makes one before the first test. */
  public PatienceListener() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(Patience.LIMIT);
  }
}
