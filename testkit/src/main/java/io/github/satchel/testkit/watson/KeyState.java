package io.github.satchel.testkit.watson;

/** What the service thinks of an API key. */
public enum KeyState {
  ACTIVE,
  /** There is no such key any more. */
  DELETED,
  /** The key exists and may not be used. */
  BLOCKED,
  /** The plan's transactions are used up. */
  OVER_TRANSACTION_LIMIT
}
