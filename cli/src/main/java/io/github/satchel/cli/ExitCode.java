package io.github.satchel.cli;

/** Exit codes for scripts, besides picocli's 0, 1 (failed) and 2 (wrong usage). */
public final class ExitCode {

  public static final int OK = 0;

  /** The request does not follow the contract; nothing was written. */
  public static final int INVALID = 3;

  /** The request ended as failed or rejected. */
  public static final int UNSUCCESSFUL = 4;

  /** The request was written, but its outcome was not seen. */
  public static final int UNSEEN = 5;

  private ExitCode() {}
}
