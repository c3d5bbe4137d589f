package io.github.satchel.job.resize;

import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.cache.CacheWriter;
import io.github.satchel.job.cache.CachedImage;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings images to the size of the training service. An image that could not be fetched passes
 * through, and so does one that was kept from an earlier time; whatever is wrong with a picture
 * becomes its {@code Problem}.
 */
public final class ResizeFunction extends RichMapFunction<FetchedImage, ResizedImage>
    implements CheckpointedFunction, CheckpointListener {

  private static final Logger LOG = LoggerFactory.getLogger(ResizeFunction.class);

  private static final long NEVER = Long.MAX_VALUE;

  /** EX_TEMPFAIL of sysexits.h: start it again. */
  private static final int EXIT_CODE = 75;

  private final ResizeSettings settings;
  private final @Nullable CacheSettings cache;
  private final WorkerFactory workers;
  private final ProcessEnd processEnd;

  private transient @Nullable ListState<String> hungPictures;
  private transient long endAfterCheckpoint;
  private transient @Nullable ResizeWorker worker;
  private transient @Nullable ResizeMetrics metrics;
  private transient @Nullable CacheWriter writer;

  /**
   * Resizes.
   *
   * @param cache where resized pictures are kept; null if they are not
   */
  public ResizeFunction(ResizeSettings settings, @Nullable CacheSettings cache) {
    this(settings, cache, ResizeWorker::new, ResizeFunction::endProcess);
  }

  /**
   * Resizes.
   *
   * @param processEnd ends the process, soon
   */
  public ResizeFunction(
      ResizeSettings settings,
      @Nullable CacheSettings cache,
      WorkerFactory workers,
      ProcessEnd processEnd) {
    this.settings = settings;
    this.cache = cache;
    this.workers = workers;
    this.processEnd = processEnd;
  }

  /** Opens the worker of a subtask. */
  interface WorkerFactory extends Serializable {
    ResizeWorker open(ResizeSettings settings, String name);
  }

  /** Ends a process whose threads cannot be stopped otherwise. */
  interface ProcessEnd extends Serializable {
    void request();
  }

  @Override
  public void open(OpenContext context) throws Exception {
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    ResizeWorker opened = workers.open(settings, "satchel-resize-" + subtask);
    hungPictures().forEach(opened.hung()::remember);
    worker = opened;
    metrics =
        new ResizeMetrics(
            getRuntimeContext().getMetricGroup(), opened.kernel(), opened.hung()::running);
    if (cache != null) {
      writer = new CacheWriter(cache, "satchel-resize-cache-" + subtask, metrics.notKept());
    }
  }

  @Override
  public ResizedImage map(FetchedImage image) throws InterruptedException {
    ImageTask task = image.task();
    byte[] content = image.content();
    if (content == null) {
      return ResizedImage.failed(task, Objects.requireNonNull(image.problem()));
    }
    if (image.extension() != null) {
      return ResizedImage.of(task, content, image.extension());
    }
    long start = System.nanoTime();
    Outcome outcome = Objects.requireNonNull(worker).resize(content, task.format());
    Objects.requireNonNull(metrics).count(outcome, Duration.ofNanos(System.nanoTime() - start));
    if (outcome instanceof Outcome.Resized resized) {
      String extension = resized.encoding().extension();
      if (writer != null && image.provenance() != null) {
        writer.offer(new CachedImage(image.provenance(), extension, resized.content()));
      }
      return ResizedImage.of(task, resized.content(), extension);
    }
    var refused = (Outcome.Refused) outcome;
    LOG.info(
        "Request {}: image {} is refused as {}: {}",
        task.requestId(),
        task.location().id(),
        refused.problem().code().wire(),
        refused.reason());
    return ResizedImage.failed(task, refused.problem());
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    hungPictures =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("hung-pictures", String.class));
    endAfterCheckpoint = NEVER;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    HungDecoders hung = Objects.requireNonNull(worker).hung();
    Objects.requireNonNull(hungPictures).update(hung.pictures());
    if (hung.running() > HungDecoders.MAX_RUNNING && endAfterCheckpoint == NEVER) {
      endAfterCheckpoint = context.getCheckpointId();
    }
  }

  /**
   * Ends the process if too many threads are lost in it: with the checkpoint that holds what their
   * pictures became, so that none of them comes again.
   */
  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    if (checkpoint >= endAfterCheckpoint) {
      LOG.error(
          "{} picture decoders hang and cannot be stopped; the process exits, to be restarted",
          Objects.requireNonNull(worker).hung().running());
      processEnd.request();
    }
  }

  private List<String> hungPictures() throws Exception {
    var pictures = new ArrayList<String>();
    Objects.requireNonNull(hungPictures).get().forEach(pictures::add);
    return pictures;
  }

  /** On a thread of its own, as it waits for the tasks. */
  private static void endProcess() {
    new Thread(() -> System.exit(EXIT_CODE), "satchel-end").start();
  }

  @Override
  public void close() {
    if (worker != null) {
      worker.close();
    }
    if (writer != null) {
      writer.close();
    }
  }
}
