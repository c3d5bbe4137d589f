package io.github.satchel.connectors.training.transport;

/** What a failed call means for the training. */
public enum Verdict {
  /** The plan has room for no other classifier. */
  PLAN_FULL(false, true),
  /** The plan's number of calls is used up. */
  RATE_LIMITED(false, true),
  /** Too many calls at the moment. */
  THROTTLED(true, true),
  /** The key is unknown, blocked or may not do this. */
  CREDENTIALS_REJECTED(false, true),
  /** There is no service at the url of the credentials, and nothing has been created there. */
  NO_SERVICE(false, true),
  /** The body is too large, or the key is bad: only authorised callers may send large bodies. */
  TOO_LARGE(false, false),
  /** The training data is bad. */
  REFUSED(false, false),
  /** The service is not there, or talks nonsense, for now. A create may have taken all the same. */
  UNAVAILABLE(true, false),
  /** Something that will not get better by itself. */
  FAILED(false, false);

  private final boolean passing;
  private final boolean particular;

  Verdict(boolean passing, boolean particular) {
    this.passing = passing;
    this.particular = particular;
  }

  /** Whether the same call can succeed later. */
  public boolean isPassing() {
    return passing;
  }

  /** Whether the call can succeed with other credentials. */
  public boolean isParticularToCredentials() {
    return particular;
  }
}
