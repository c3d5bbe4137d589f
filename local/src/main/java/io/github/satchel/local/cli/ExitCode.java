package io.github.satchel.local.cli;

/**
 * How commands end that scripts call, beside picocli's 0, 1 (it could not be done) and 2 (usage).
 */
final class ExitCode {

  static final int OK = 0;

  /** The request does not follow the contract; nothing was written. */
  static final int INVALID = 3;

  /** The request ended as failed or rejected. */
  static final int UNSUCCESSFUL = 4;

  /** The request was written, but its outcome was not seen. */
  static final int UNSEEN = 5;

  private ExitCode() {}
}
