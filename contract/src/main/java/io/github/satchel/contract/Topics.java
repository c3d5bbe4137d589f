package io.github.satchel.contract;

/** The topics' names, unless an operator chooses others. */
public final class Topics {

  /** What the site writes. */
  public static final String REQUESTS = "training-requests";

  /** What the job writes. */
  public static final String RESULTS = "training-results";

  /** Messages that the job could not serve. */
  public static final String DEAD_LETTERS = "training-requests-dead-letter";

  private Topics() {}
}
