package io.github.satchel.cli;

/**
 * How commands end that scripts call, beside picocli's 0, 1 (it could not be done) and 2 (usage).
 */
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
