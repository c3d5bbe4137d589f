package io.github.satchel.connectors.watson;

/** Counters of the sink beside Flink's standard ones, in the metric group {@code watson}. */
public enum WatsonCounter {
  /** Classifiers created, the answer of the service in hand. */
  CLASSIFIERS_CREATED("classifiersCreated"),

  /** Classifiers found at the service after an earlier create whose answer was lost. */
  CLASSIFIERS_ADOPTED("classifiersAdopted"),

  /** Trainings that had ended before, whose outcome was read from the journal and given again. */
  OUTCOMES_REPLAYED("outcomesReplayed"),

  /** Attempts after a failure that can pass. */
  RETRIES("retries"),

  /** Times that credentials were unknown or rejected. */
  CREDENTIALS_REJECTED("credentialsRejected"),

  /** Times that the plan behind credentials was full. */
  PLANS_FULL("plansFull"),

  /** Times that credentials were given up because of a rate limit. */
  RATE_LIMITS("rateLimits"),

  /** Tokens asked of IAM. */
  TOKENS_REQUESTED("tokensRequested");

  private final String metricName;

  WatsonCounter(String metricName) {
    this.metricName = metricName;
  }

  /** The name that reporters see. */
  public String metricName() {
    return metricName;
  }
}
