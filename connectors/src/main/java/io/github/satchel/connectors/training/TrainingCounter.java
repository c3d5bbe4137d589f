package io.github.satchel.connectors.training;

/** Counters of the sinks beside Flink's standard ones, in the metric group {@code trainer}. */
public enum TrainingCounter {
  /** Classifiers created, or archives taken, the answer of the service in hand. */
  CLASSIFIERS_CREATED("classifiersCreated"),
  /** Classifiers found at the service after an earlier create whose answer was lost. */
  CLASSIFIERS_ADOPTED("classifiersAdopted"),
  /** Replaced classifiers that were deleted; one that reappeared counts again. */
  CLASSIFIERS_DELETED("classifiersDeleted"),
  /** Replaced classifiers that could not be deleted. */
  DELETIONS_FAILED("deletionsFailed"),
  /** Classifiers that became ready. */
  CLASSIFIERS_READY("classifiersReady"),
  /** Classifiers that the service could not train. */
  TRAININGS_FAILED("trainingsFailed"),
  /** Classifiers of which it is not known what became. */
  TRAININGS_UNKNOWN("trainingsUnknown"),
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
  /** Times that no service was found at the url of credentials. */
  SERVICES_ABSENT("servicesAbsent"),
  /** Tokens asked of IAM. */
  TOKENS_REQUESTED("tokensRequested");

  private final String metricName;

  TrainingCounter(String metricName) {
    this.metricName = metricName;
  }

  /** The name that reporters see. */
  public String metricName() {
    return metricName;
  }
}
