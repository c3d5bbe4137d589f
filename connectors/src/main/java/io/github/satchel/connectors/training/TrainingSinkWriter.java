package io.github.satchel.connectors.training;

import io.github.satchel.connectors.training.Trainer.Step;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.Work.Follow;
import io.github.satchel.connectors.training.Work.Later;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues trainings, runs each on a thread of a bounded pool, does what comes after on threads of
 * another one, each at its time, and writes the events on the task thread, where everything but
 * {@link #run} and {@link #step} happens. Its state is all that is still to do.
 */
@SuppressWarnings("try") // The interface lets close() be interrupted.
final class TrainingSinkWriter<T> implements StatefulSinkWriter<T, Work> {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingSinkWriter.class);

  /** Threads for work after an outcome: short calls, which uploads must not hold up. */
  static final int LATER_THREADS = 4;

  /** What a closed upload gets to notice; its threads are daemons and end by themselves later. */
  /** Values that the histogram remembers. */
  private static final int HISTOGRAM_SIZE = 1_000;

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final ElementConverter<T> converter;
  private final SinkWriter<TrainingEvent> events;
  private final TrainingOptions options;
  private final MailboxExecutor mailbox;
  private final ProcessingTimeService time;
  private final SinkWriterMetricGroup metrics;
  private final Trainer trainer;
  private final TrainingRunner runner;
  private final Retrier retrier;
  private final Clock clock;
  private final ThreadPoolExecutor uploads;
  private final ThreadPoolExecutor steps;

  /** Trainings without an outcome by id, in order of arrival. */
  private final Map<String, Training> pending = new LinkedHashMap<>();

  /** What comes after outcomes, by key. */
  private final Map<String, Later> later = new LinkedHashMap<>();

  /** In milliseconds, from a training's turn to its outcome. */
  private final Histogram uploadTime;

  private volatile long lastUploadMillis;
  private volatile boolean closed;

  TrainingSinkWriter(
      ElementConverter<T> converter,
      SinkWriter<TrainingEvent> events,
      TrainingOptions options,
      MailboxExecutor mailbox,
      ProcessingTimeService time,
      SinkWriterMetricGroup metrics,
      Trainer trainer,
      TrainingRunner runner,
      Retrier retrier,
      Clock clock,
      Collection<Work> recovered) {
    this.converter = converter;
    this.events = events;
    this.options = options;
    this.mailbox = mailbox;
    this.time = time;
    this.metrics = metrics;
    this.trainer = trainer;
    this.runner = runner;
    this.retrier = retrier;
    this.clock = clock;
    // Their queues are bounded by write() and schedule().
    this.uploads = pool(options.maxConcurrentUploads(), "satchel-trainer-upload");
    this.steps = pool(LATER_THREADS, "satchel-trainer-later");
    metrics.setCurrentSendTimeGauge(() -> lastUploadMillis);
    uploadTime =
        metrics
            .addGroup(TrainingMetrics.GROUP)
            .histogram("upload", new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
    metrics.gauge("pendingTrainings", pending::size);
    metrics.gauge("laterWork", later::size);
    for (Work work : recovered) {
      if (work instanceof Work.Upload upload) {
        enqueue(upload.training());
      } else if (work instanceof Later due) {
        schedule(due);
      }
    }
  }

  private static ThreadPoolExecutor pool(int threads, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  public void write(T element, Context context) throws InterruptedException {
    Training training = converter.convert(element);
    if (training == null) {
      return;
    }
    while (pending.size() >= options.maxQueuedTrainings()) {
      mailbox.yield();
    }
    enqueue(training);
  }

  private void enqueue(Training training) {
    if (pending.putIfAbsent(training.id(), training) == null) {
      uploads.execute(() -> run(training));
    } else {
      LOG.info("Training {} is under way already", training.id());
    }
  }

  /** On a thread of the pool for uploads. */
  private void run(Training training) {
    long start = System.nanoTime();
    UploadProgress progress =
        new ProgressEvents(
            training,
            options.progressInterval(),
            event -> tell(() -> write(event), training.id()),
            clock);
    perform(
        training.id(),
        () -> {
          TrainingEvent outcome = runner.run(training, progress);
          Duration took = Duration.ofNanos(System.nanoTime() - start);
          tell(() -> complete(outcome, took), training.id());
        });
  }

  /** Runs something on a thread of a pool; what it throws is a bug and fails the job. */
  private void perform(String name, ThrowingRunnable<Exception> task) {
    try {
      task.run();
    } catch (Exception | Error bug) {
      tell(
          () -> {
            throw new FlinkRuntimeException(
                "Training %s failed in an unexpected way".formatted(name), bug);
          },
          name);
    }
  }

  /** Nobody listens once the writer is closed: what is under way is in its state. */
  private void tell(ThrowingRunnable<Exception> mail, String name) {
    if (closed) {
      return;
    }
    try {
      mailbox.execute(mail, "News of training %s", name);
    } catch (RejectedExecutionException ended) {
      LOG.debug("The task ended before training {}", name);
    }
  }

  private void complete(TrainingEvent outcome, Duration took)
      throws IOException, InterruptedException {
    Training training = outcome.training();
    write(outcome);
    pending.remove(training.id());
    lastUploadMillis = took.toMillis();
    uploadTime.update(lastUploadMillis);
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
    trainer.after(outcome, now()).forEach(this::schedule);
  }

  private void write(TrainingEvent event) throws IOException, InterruptedException {
    if (event.kind() == Kind.UPLOADING && !pending.containsKey(event.training().id())) {
      return;
    }
    events.write(event, new EventContext(event.at().toEpochMilli()));
  }

  /** Adds work unless the same is there: of a training that is told again. */
  private void schedule(Later work) {
    Later bounded =
        work instanceof Follow follow && later.size() >= options.maxFollowed()
            ? follow.hurried(now())
            : work;
    if (later.putIfAbsent(bounded.key(), bounded) == null) {
      await(bounded);
    }
  }

  private void await(Later work) {
    if (work.due().isAfter(now())) {
      // Ends with the task: the work is in the state.
      var unused = time.registerTimer(work.due().toEpochMilli(), at -> start(work));
    } else {
      start(work);
    }
  }

  private void start(Later work) {
    Instant now = now();
    if (!closed) {
      steps.execute(() -> step(work, now));
    }
  }

  /** On a thread of the pool for later work. */
  private void step(Later work, Instant now) {
    perform(
        work.key(),
        () -> {
          Step step = trainer.advance(work, now);
          tell(() -> proceed(work, step), work.key());
        });
  }

  private void proceed(Later work, Step step) throws IOException, InterruptedException {
    if (step.event().isPresent()) {
      write(step.event().get());
    }
    if (step.next().isPresent()) {
      later.put(work.key(), step.next().get());
      await(step.next().get());
    } else {
      later.remove(work.key());
    }
  }

  private Instant now() {
    return Instant.ofEpochMilli(time.getCurrentProcessingTime());
  }

  /** Hands over events only: what they tell is no longer in the state. Uploads go on. */
  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    while (endOfInput
        && (!pending.isEmpty() || later.values().stream().anyMatch(Later::isUrgent))) {
      mailbox.yield();
    }
    events.flush(endOfInput);
  }

  @Override
  public List<Work> snapshotState(long checkpointId) {
    List<Work> state = new ArrayList<>(pending.size() + later.size());
    pending.values().forEach(training -> state.add(new Work.Upload(training)));
    state.addAll(later.values());
    return state;
  }

  @Override
  public void close() throws Exception {
    closed = true;
    IOUtils.closeAll(
        retrier,
        uploads::shutdownNow,
        steps::shutdownNow,
        trainer,
        this::awaitEndOfThreads,
        events);
  }

  private void awaitEndOfThreads() throws InterruptedException {
    long end = System.nanoTime() + CLOSE_LIMIT.toNanos();
    for (ThreadPoolExecutor pool : List.of(uploads, steps)) {
      if (!pool.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        LOG.warn("Threads are still busy {} after they were told to stop", CLOSE_LIMIT);
      }
    }
  }

  private record EventContext(long at) implements Context {

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
