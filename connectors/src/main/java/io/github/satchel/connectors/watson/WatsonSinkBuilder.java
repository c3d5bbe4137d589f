package io.github.satchel.connectors.watson;

import static org.apache.flink.util.Preconditions.checkArgument;
import static org.apache.flink.util.Preconditions.checkNotNull;

import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.apache.flink.api.connector.sink2.Sink;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link WatsonSink}. The element converter, the outcome sink and the credentials resolver
 * are required, the rest has defaults.
 *
 * @param <T> the elements of the stream
 */
public final class WatsonSinkBuilder<T> {

  private @Nullable ElementConverter<T> elementConverter;
  private @Nullable Sink<TrainingOutcome> outcomeSink;
  private @Nullable CredentialsResolver credentialsResolver;
  private String iamUrl = "https://iam.cloud.ibm.com";
  private String version = "2018-03-19";
  private int maxConcurrentUploads = 4;
  private int maxQueuedTrainings = 10_000;
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration responseTimeout = Duration.ofMinutes(2);
  private Duration uploadTimeout = Duration.ofMinutes(10);
  private int maxAttempts = 5;
  private Duration initialBackoff = Duration.ofSeconds(1);
  private Duration maxBackoff = Duration.ofSeconds(30);
  private Duration maxRetryAfter = Duration.ofMinutes(2);
  private boolean keepArchives;

  WatsonSinkBuilder() {}

  /** Required: what an element asks for. */
  public WatsonSinkBuilder<T> setElementConverter(ElementConverter<T> elementConverter) {
    this.elementConverter = checkNotNull(elementConverter);
    return this;
  }

  /** Required: where outcomes go. See {@link WatsonSink} for what it must promise. */
  public WatsonSinkBuilder<T> setOutcomeSink(Sink<TrainingOutcome> outcomeSink) {
    this.outcomeSink = checkNotNull(outcomeSink);
    return this;
  }

  /** Required: where credentials are found, such as a {@link CredentialsDirectory}. */
  public WatsonSinkBuilder<T> setCredentialsResolver(CredentialsResolver credentialsResolver) {
    this.credentialsResolver = checkNotNull(credentialsResolver);
    return this;
  }

  /** Base url of IAM, which gives tokens for keys. Default {@code https://iam.cloud.ibm.com}. */
  public WatsonSinkBuilder<T> setIamUrl(String iamUrl) {
    this.iamUrl = checkNotNull(iamUrl);
    return this;
  }

  /** Version of the API, a date. Default {@code 2018-03-19}, the last one. */
  public WatsonSinkBuilder<T> setVersion(String version) {
    this.version = checkNotNull(version);
    return this;
  }

  /** Uploads at the same time, a subtask, each on a thread of its own. Default 4. */
  public WatsonSinkBuilder<T> setMaxConcurrentUploads(int maxConcurrentUploads) {
    this.maxConcurrentUploads = maxConcurrentUploads;
    return this;
  }

  /**
   * Trainings, a subtask, that are queued or being uploaded before the stream is held up. Default
   * 10,000: a training is a few hundred bytes. A checkpoint has to wait while the stream is held
   * up.
   */
  public WatsonSinkBuilder<T> setMaxQueuedTrainings(int maxQueuedTrainings) {
    this.maxQueuedTrainings = maxQueuedTrainings;
    return this;
  }

  /** Longest time to establish a connection, TLS included. Default 10 s. */
  public WatsonSinkBuilder<T> setConnectTimeout(Duration connectTimeout) {
    this.connectTimeout = checkNotNull(connectTimeout);
    return this;
  }

  /** Longest silence of the service once a request is sent. Default 2 min. */
  public WatsonSinkBuilder<T> setResponseTimeout(Duration responseTimeout) {
    this.responseTimeout = checkNotNull(responseTimeout);
    return this;
  }

  /**
   * Longest time for one attempt of one call, from connecting to the end of the answer. Default 10
   * min.
   */
  public WatsonSinkBuilder<T> setUploadTimeout(Duration uploadTimeout) {
    this.uploadTimeout = checkNotNull(uploadTimeout);
    return this;
  }

  /** Attempts of one call, the first included. Default 5. */
  public WatsonSinkBuilder<T> setMaxAttempts(int maxAttempts) {
    this.maxAttempts = maxAttempts;
    return this;
  }

  /**
   * Bound of the first wait between attempts; waits are random and their bound doubles. Default 1
   * s.
   */
  public WatsonSinkBuilder<T> setInitialBackoff(Duration initialBackoff) {
    this.initialBackoff = checkNotNull(initialBackoff);
    return this;
  }

  /** Bound of every wait between attempts. Default 30 s. */
  public WatsonSinkBuilder<T> setMaxBackoff(Duration maxBackoff) {
    this.maxBackoff = checkNotNull(maxBackoff);
    return this;
  }

  /**
   * Longest wait that the service can ask for with {@code Retry-After}; if it asks for more, there
   * is no other attempt. Default 2 min.
   */
  public WatsonSinkBuilder<T> setMaxRetryAfter(Duration maxRetryAfter) {
    this.maxRetryAfter = checkNotNull(maxRetryAfter);
    return this;
  }

  /** Whether the archives of an uploaded training stay where they are. Default false: deleted. */
  public WatsonSinkBuilder<T> setKeepArchives(boolean keepArchives) {
    this.keepArchives = keepArchives;
    return this;
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalStateException if something required is missing
   * @throws IllegalArgumentException if a setting is out of range
   */
  public WatsonSink<T> build() {
    HttpUrls.requireBase("IAM url", iamUrl);
    requireDate(version);
    requirePositive("Concurrent uploads", maxConcurrentUploads);
    requirePositive("Queued trainings", maxQueuedTrainings);
    requirePositive("Attempts", maxAttempts);
    requirePositive("The connect time-out", connectTimeout.toMillis());
    requirePositive("The response time-out", responseTimeout.toMillis());
    requirePositive("The upload time-out", uploadTimeout.toMillis());
    requirePositive("The initial back-off", initialBackoff.toMillis());
    checkArgument(
        maxBackoff.compareTo(initialBackoff) >= 0,
        "The greatest back-off (%s) must not be below the initial one (%s)",
        maxBackoff,
        initialBackoff);
    checkArgument(!maxRetryAfter.isNegative(), "The longest Retry-After must not be negative");
    return new WatsonSink<>(
        required(elementConverter, "an element converter"),
        required(outcomeSink, "an outcome sink"),
        required(credentialsResolver, "a credentials resolver"),
        new WatsonOptions(
            iamUrl,
            version,
            maxConcurrentUploads,
            maxQueuedTrainings,
            connectTimeout,
            responseTimeout,
            uploadTimeout,
            new RetryPolicy(maxAttempts, initialBackoff, maxBackoff, maxRetryAfter),
            keepArchives));
  }

  private static <R> R required(@Nullable R setting, String what) {
    if (setting == null) {
      throw new IllegalStateException("The Watson sink needs " + what);
    }
    return setting;
  }

  private static void requirePositive(String what, long number) {
    checkArgument(number > 0, "%s must be positive, not %s", what, number);
  }

  private static void requireDate(String version) {
    try {
      LocalDate.parse(version);
    } catch (DateTimeParseException malformed) {
      throw new IllegalArgumentException(
          "The API version must be a date like 2018-03-19, not " + version, malformed);
    }
  }
}
