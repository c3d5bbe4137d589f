package io.github.satchel.cli;

/** What the command line writes to. */
public final class Terminal {

  /** Set by the script {@code satchel} if standard output is a terminal. */
  private static final String PROPERTY = "satchel.terminal";

  private Terminal() {}

  /** Whether there is a terminal to draw on. */
  public static boolean isThere() {
    return Boolean.getBoolean(PROPERTY);
  }
}
