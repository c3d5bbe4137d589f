package io.github.satchel.trainer.api;

import java.time.Clock;
import java.util.concurrent.Semaphore;

/** An API key, and how it is used. Safe for many threads. */
public final class Key {

  /** What the service thinks of a key. */
  public enum State {
    ACTIVE,
    /** There is no such key any more. */
    DELETED,
    /** The key exists and may not be used. */
    BLOCKED,
    /** The plan's transactions are used up. */
    OVER_TRANSACTION_LIMIT
  }

  private final String name;
  private final String secret;
  private final int slots;
  private final int maxCallsPerSecond;
  private final Clock clock;
  private final Semaphore calls;
  private long second;
  private int callsInSecond;
  private volatile State state = State.ACTIVE;

  /**
   * A key that is active.
   *
   * @param name what logs and the owner of a classifier say
   * @param secret what a caller sends
   * @param slots how many classifiers it can have
   */
  public Key(String name, String secret, int slots, Limits limits, Clock clock) {
    this.name = name;
    this.secret = secret;
    this.slots = slots;
    this.maxCallsPerSecond = limits.maxCallsPerSecond();
    this.clock = clock;
    calls = new Semaphore(limits.maxCallsAtOnce());
  }

  /** What the key is called. */
  public String name() {
    return name;
  }

  /** What a caller sends; never to be logged. */
  public String secret() {
    return secret;
  }

  /** How many classifiers it can have. */
  public int slots() {
    return slots;
  }

  /** What the service thinks of it. */
  public State state() {
    return state;
  }

  /** Changes what the service thinks of it from now on. */
  public void state(State state) {
    this.state = state;
  }

  /** The calls that may still begin at once. */
  Semaphore calls() {
    return calls;
  }

  /** Counts a call; false if there were too many in this second. */
  synchronized boolean countCall() {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      callsInSecond = 0;
    }
    return ++callsInSecond <= maxCallsPerSecond;
  }
}
