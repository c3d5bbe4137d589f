package io.github.satchel.connectors.training;

/** Counters of the sinks beside Flink's standard ones, in the metric group {@code trainer}. */
public enum TrainingCounter {
  CLASSIFIERS_CREATED(
      "classifiersCreated",
      "Classifiers created, or archives taken, the answer of the service in hand."),
  CLASSIFIERS_ADOPTED(
      "classifiersAdopted",
      "Classifiers found at the service after an earlier create whose answer was lost."),
  CLASSIFIERS_DELETED(
      "classifiersDeleted",
      "Replaced classifiers that were deleted; one that reappeared counts again."),
  DELETIONS_FAILED("deletionsFailed", "Replaced classifiers that could not be deleted."),
  CLASSIFIERS_READY("classifiersReady", "Classifiers that became ready."),
  TRAININGS_FAILED("trainingsFailed", "Classifiers that the service could not train."),
  TRAININGS_UNKNOWN("trainingsUnknown", "Classifiers of which it is not known what became."),
  OUTCOMES_REPLAYED(
      "outcomesReplayed",
      "Trainings that had ended before, whose outcome was read from the journal and given again."),
  RETRIES("retries", "Attempts after a failure that can pass."),
  CREDENTIALS_REJECTED("credentialsRejected", "Times that credentials were unknown or rejected."),
  PLANS_FULL("plansFull", "Times that the plan behind credentials was full."),
  RATE_LIMITS("rateLimits", "Times that credentials were given up because of a rate limit."),
  SERVICES_ABSENT("servicesAbsent", "Times that no service was found at the url of credentials."),
  TOKENS_REQUESTED("tokensRequested", "Tokens asked of IAM.");

  private final String metricName;
  private final String description;

  TrainingCounter(String metricName, String description) {
    this.metricName = metricName;
    this.description = description;
  }

  /** The name that reporters see. */
  public String metricName() {
    return metricName;
  }

  /** What is counted. */
  public String description() {
    return description;
  }
}
