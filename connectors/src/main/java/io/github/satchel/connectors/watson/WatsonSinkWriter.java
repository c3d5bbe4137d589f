package io.github.satchel.connectors.watson;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues trainings, runs each on a thread of a bounded pool, and writes the outcomes on the task
 * thread, where everything but {@link #run} happens. Its state is the trainings without an outcome.
 */
@SuppressWarnings("try") // The interface lets close() be interrupted.
final class WatsonSinkWriter<T> implements StatefulSinkWriter<T, Training> {

  private static final Logger LOG = LoggerFactory.getLogger(WatsonSinkWriter.class);

  /** What a closed upload gets to notice; its threads are daemons and end by themselves later. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final ElementConverter<T> converter;
  private final SinkWriter<TrainingOutcome> outcomes;
  private final int maxQueuedTrainings;
  private final MailboxExecutor mailbox;
  private final SinkWriterMetricGroup metrics;

  private final HttpTransport transport;
  private final Uploader uploader;
  private final ThreadPoolExecutor uploads;

  /** By id, in order of arrival. */
  private final Map<String, Training> pending = new LinkedHashMap<>();

  private volatile long lastUploadMillis;
  private volatile boolean closed;

  WatsonSinkWriter(
      ElementConverter<T> converter,
      SinkWriter<TrainingOutcome> outcomes,
      CredentialsResolver resolver,
      WatsonOptions options,
      MailboxExecutor mailbox,
      SinkWriterMetricGroup metrics,
      Clock clock,
      Collection<Training> recovered) {
    this.converter = converter;
    this.outcomes = outcomes;
    this.maxQueuedTrainings = options.maxQueuedTrainings();
    this.mailbox = mailbox;
    this.metrics = metrics;
    WatsonSinkMetrics counters = new WatsonSinkMetrics(metrics.addGroup("watson"));
    this.transport = new HttpTransport(options, clock);
    IamTokens tokens = new IamTokens(transport, options.iamUrl(), clock, counters);
    this.uploader =
        new Uploader(
            new WatsonClient(transport, tokens, options.version(), clock),
            resolver,
            options.retries(),
            options.keepArchives(),
            counters,
            clock,
            new Random());
    // The queue is bounded by write().
    this.uploads =
        new ThreadPoolExecutor(
            options.maxConcurrentUploads(),
            options.maxConcurrentUploads(),
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("satchel-watson-upload"));
    uploads.allowCoreThreadTimeOut(true);
    metrics.setCurrentSendTimeGauge(() -> lastUploadMillis);
    metrics.gauge("pendingTrainings", pending::size);
    recovered.forEach(this::enqueue);
  }

  @Override
  public void write(T element, Context context) throws InterruptedException {
    while (pending.size() >= maxQueuedTrainings) {
      mailbox.yield();
    }
    enqueue(converter.convert(element));
  }

  private void enqueue(Training training) {
    if (pending.putIfAbsent(training.id(), training) == null) {
      uploads.execute(() -> run(training));
    } else {
      LOG.info("Training {} is under way already", training.id());
    }
  }

  /** On a thread of the pool. */
  private void run(Training training) {
    long start = System.nanoTime();
    try {
      TrainingOutcome outcome = uploader.upload(training);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      tell(() -> complete(outcome, took), training);
    } catch (InterruptedException | RuntimeException | Error bug) {
      tell(
          () -> {
            throw new FlinkRuntimeException(
                "The upload of training %s failed in an unexpected way".formatted(training.id()),
                bug);
          },
          training);
    }
  }

  /** Nobody listens once the writer is closed: the trainings under way are in its state. */
  private void tell(ThrowingRunnable<Exception> mail, Training training) {
    if (closed) {
      return;
    }
    try {
      mailbox.execute(mail, "End of training %s", training.id());
    } catch (RejectedExecutionException ended) {
      LOG.debug("The task ended before training {}", training.id());
    }
  }

  private void complete(TrainingOutcome outcome, Duration took)
      throws IOException, InterruptedException {
    Training training = outcome.training();
    outcomes.write(outcome, new OutcomeContext(outcome.at().toEpochMilli()));
    pending.remove(training.id());
    lastUploadMillis = took.toMillis();
    Classifier classifier = outcome.classifier();
    TrainingError error = outcome.error();
    if (classifier != null) {
      metrics.getNumRecordsSendCounter().inc();
      metrics.getNumBytesSendCounter().inc(training.bytes());
      LOG.info(
          "Training {} is uploaded: classifier {}, credentials {}, {} bytes, {} s",
          training.id(),
          classifier.id(),
          classifier.credentials(),
          training.bytes(),
          took.toSeconds());
    } else if (error != null) {
      metrics.getNumRecordsSendErrorsCounter().inc();
      LOG.warn("Training {} failed, {}: {}", training.id(), error.code(), error.message());
    }
  }

  /** Hands over outcomes only: their trainings are no longer in the state. Uploads go on. */
  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    while (endOfInput && !pending.isEmpty()) {
      mailbox.yield();
    }
    outcomes.flush(endOfInput);
  }

  @Override
  public List<Training> snapshotState(long checkpointId) {
    return List.copyOf(pending.values());
  }

  @Override
  public void close() throws Exception {
    closed = true;
    IOUtils.closeAll(uploader, uploads::shutdownNow, transport, this::awaitEndOfUploads, outcomes);
  }

  private void awaitEndOfUploads() throws InterruptedException {
    if (!uploads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("Uploads are still busy {} after they were told to stop", CLOSE_LIMIT);
    }
  }

  private record OutcomeContext(long at) implements Context {
    @Override
    public long currentWatermark() {
      return Long.MIN_VALUE;
    }

    @Override
    public Long timestamp() {
      return at;
    }
  }
}
