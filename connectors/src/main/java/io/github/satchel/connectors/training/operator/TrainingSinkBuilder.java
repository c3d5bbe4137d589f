package io.github.satchel.connectors.training.operator;

import static org.apache.flink.util.Preconditions.checkArgument;
import static org.apache.flink.util.Preconditions.checkNotNull;

import io.github.satchel.connectors.training.ElementConverter;
import io.github.satchel.connectors.training.EventConverter;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.transport.TransportOptions;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * The settings that all sinks of this package share. The element converter and the event sink are
 * required, the rest has defaults.
 *
 * @param <T> the elements of the stream
 * @param <B> the builder itself
 */
public abstract class TrainingSinkBuilder<T, B extends TrainingSinkBuilder<T, B>> {

  private @Nullable ElementConverter<T> elementConverter;
  private @Nullable Sink<TrainingEvent> eventSink;
  private int maxConcurrentUploads = 4;
  private long maxUploadBytes = 512_000_000;
  private long maxHeapBytes = 64_000_000;
  private Duration progressInterval = Duration.ofSeconds(2);
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration responseTimeout = Duration.ofMinutes(2);
  private Duration idleTimeout = Duration.ofSeconds(30);
  private Duration uploadTimeout = Duration.ofHours(1);
  private int maxAttempts = 5;
  private Duration initialBackoff = Duration.ofSeconds(1);
  private Duration maxBackoff = Duration.ofSeconds(30);
  private Duration maxRetryAfter = Duration.ofMinutes(2);
  private boolean keepArchives;
  private Duration remember = Duration.ZERO;

  protected TrainingSinkBuilder() {}

  protected abstract B self();

  /**
   * How trainings are run, the settings checked.
   *
   * @throws IllegalStateException if something required is missing
   * @throws IllegalArgumentException if a setting is out of range
   */
  protected abstract TrainerFactory service();

  /**
   * The operator alone, for a stream that is keyed by {@code Training.id} and a job that has a use
   * for its output; the event sink is not needed.
   *
   * @param events what events become
   * @param elements the type of the elements, which lie in state
   * @param withdrawals what a {@link TrainingEvent.Kind#WITHDRAWN} becomes, of which there is one
   *     for every element that {@linkplain ElementConverter#withdraws withdraws} a training
   * @param withdrawn takes that
   * @throws IllegalStateException if something required is missing
   * @throws IllegalArgumentException if a setting is out of range
   */
  public <E, W> TrainingOperator<T, E> buildOperator(
      EventConverter<T, E> events,
      TypeInformation<T> elements,
      EventConverter<T, W> withdrawals,
      OutputTag<W> withdrawn) {
    TrainingOptions options = trainingOptions();
    return new TrainingOperator<>(
        service(),
        elementConverter(),
        events,
        elements,
        new TrainingOperator.Withdrawals<>(withdrawals, withdrawn),
        options);
  }

  /**
   * The sink.
   *
   * @throws IllegalStateException if something required is missing
   * @throws IllegalArgumentException if a setting is out of range
   */
  public TrainingSink<T> build() {
    TrainingOptions options = trainingOptions();
    return new TrainingSink<>(elementConverter(), service(), eventSink(), options);
  }

  /** Required: what an element asks for. */
  public B setElementConverter(ElementConverter<T> elementConverter) {
    this.elementConverter = checkNotNull(elementConverter);
    return self();
  }

  /** Where events go: required for a sink. */
  public B setEventSink(Sink<TrainingEvent> eventSink) {
    this.eventSink = checkNotNull(eventSink);
    return self();
  }

  /** Uploads at the same time, a subtask, each on a thread of its own. Default 4. */
  public B setMaxConcurrentUploads(int maxConcurrentUploads) {
    this.maxConcurrentUploads = maxConcurrentUploads;
    return self();
  }

  /**
   * Bytes of the archives that are being uploaded at the same time, a subtask; one training with
   * more than that goes alone. Default 512,000,000. They are streamed: the limit protects the
   * network, not the heap.
   */
  public B setMaxUploadBytes(long maxUploadBytes) {
    this.maxUploadBytes = maxUploadBytes;
    return self();
  }

  /**
   * Bytes of archives that travel with their training and are in the heap at the same time, of all
   * subtasks of a job in a process: a training waits in state until there is a share for it.
   * Default 64,000,000.
   */
  public B setMaxHeapBytes(long maxHeapBytes) {
    this.maxHeapBytes = maxHeapBytes;
    return self();
  }

  /** Shortest time between two {@link TrainingEvent.Kind#UPLOADING} of a training. Default 2 s. */
  public B setProgressInterval(Duration progressInterval) {
    this.progressInterval = checkNotNull(progressInterval);
    return self();
  }

  /** Longest time to establish a connection, TLS included. Default 10 s. */
  public B setConnectTimeout(Duration connectTimeout) {
    this.connectTimeout = checkNotNull(connectTimeout);
    return self();
  }

  /** Longest time from the end of a request to the end of its answer. Default 2 min. */
  public B setResponseTimeout(Duration responseTimeout) {
    this.responseTimeout = checkNotNull(responseTimeout);
    return self();
  }

  /** Longest time in which the service accepts no byte of an upload. Default 30 s. */
  public B setIdleTimeout(Duration idleTimeout) {
    this.idleTimeout = checkNotNull(idleTimeout);
    return self();
  }

  /**
   * Longest time for one attempt of one call altogether, however well it moves. Default 1 h, in
   * which 256 MB go over a line of 0.6 Mbit/s.
   */
  public B setUploadTimeout(Duration uploadTimeout) {
    this.uploadTimeout = checkNotNull(uploadTimeout);
    return self();
  }

  /** Attempts of one call, the first included. Default 5. */
  public B setMaxAttempts(int maxAttempts) {
    this.maxAttempts = maxAttempts;
    return self();
  }

  /**
   * Bound of the first wait between attempts; waits are random and their bound doubles. Default 1
   * s.
   */
  public B setInitialBackoff(Duration initialBackoff) {
    this.initialBackoff = checkNotNull(initialBackoff);
    return self();
  }

  /** Bound of every wait between attempts. Default 30 s. */
  public B setMaxBackoff(Duration maxBackoff) {
    this.maxBackoff = checkNotNull(maxBackoff);
    return self();
  }

  /**
   * Longest wait that the service can ask for with {@code Retry-After}; if it asks for more, there
   * is no other attempt. Default 2 min.
   */
  public B setMaxRetryAfter(Duration maxRetryAfter) {
    this.maxRetryAfter = checkNotNull(maxRetryAfter);
    return self();
  }

  /** Whether the archives of an uploaded training stay where they are. Default false: deleted. */
  public B setKeepArchives(boolean keepArchives) {
    this.keepArchives = keepArchives;
    return self();
  }

  /**
   * How long it is remembered which classifier a training created, so that it can be withdrawn
   * after its last event. Default 0.
   */
  public B setRemember(Duration remember) {
    this.remember = checkNotNull(remember);
    return self();
  }

  ElementConverter<T> elementConverter() {
    return required(elementConverter, "an element converter");
  }

  Sink<TrainingEvent> eventSink() {
    return required(eventSink, "an event sink");
  }

  /**
   * The checked settings.
   *
   * @throws IllegalArgumentException if a setting is out of range
   */
  TrainingOptions trainingOptions() {
    requirePositive("Concurrent uploads", maxConcurrentUploads);
    requirePositive("The bytes of concurrent uploads", maxUploadBytes);
    requirePositive("The bytes of archives in the heap", maxHeapBytes);
    requirePositive("Attempts", maxAttempts);
    requirePositive("The progress interval", progressInterval.toMillis());
    requirePositive("The connect time-out", connectTimeout.toMillis());
    requirePositive("The response time-out", responseTimeout.toMillis());
    requirePositive("The idle time-out", idleTimeout.toMillis());
    requirePositive("The upload time-out", uploadTimeout.toMillis());
    requirePositive("The initial back-off", initialBackoff.toMillis());
    checkArgument(
        maxBackoff.compareTo(initialBackoff) >= 0,
        "The greatest back-off (%s) must not be below the initial one (%s)",
        maxBackoff,
        initialBackoff);
    checkArgument(!maxRetryAfter.isNegative(), "The longest Retry-After must not be negative");
    checkArgument(!remember.isNegative(), "The time to remember must not be negative");
    return new TrainingOptions(
        maxConcurrentUploads,
        maxUploadBytes,
        maxHeapBytes,
        progressInterval,
        new TransportOptions(
            connectTimeout,
            responseTimeout,
            idleTimeout,
            uploadTimeout,
            maxConcurrentUploads + TrainingOperator.FOLLOW_UP_THREADS),
        new RetryPolicy(maxAttempts, initialBackoff, maxBackoff, maxRetryAfter),
        keepArchives,
        remember);
  }

  protected static <R> R required(@Nullable R setting, String what) {
    if (setting == null) {
      throw new IllegalStateException("The sink needs " + what);
    }
    return setting;
  }

  protected static void requirePositive(String what, long number) {
    checkArgument(number > 0, "%s must be positive, not %s", what, number);
  }
}
