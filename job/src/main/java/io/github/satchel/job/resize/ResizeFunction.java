package io.github.satchel.job.resize;

import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.cache.CacheWriter;
import io.github.satchel.job.cache.CachedPicture;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.ResizedImage;
import java.time.Duration;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings images to the size of the training service. An image that could not be fetched passes
 * through, and so does one that was kept from an earlier time; whatever is wrong with a picture
 * becomes its {@code Problem}.
 */
public final class ResizeFunction extends RichMapFunction<FetchedImage, ResizedImage> {

  private static final Logger LOG = LoggerFactory.getLogger(ResizeFunction.class);

  private final ResizeSettings settings;
  private final @Nullable CacheSettings cache;

  private transient @Nullable ResizeWorker worker;
  private transient @Nullable ResizeMetrics metrics;
  private transient @Nullable CacheWriter writer;

  /**
   * Resizes.
   *
   * @param cache where resized pictures are kept; null if they are not
   */
  public ResizeFunction(ResizeSettings settings, @Nullable CacheSettings cache) {
    this.settings = settings;
    this.cache = cache;
  }

  @Override
  public void open(OpenContext context) {
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    worker = new ResizeWorker(settings, "satchel-resize-" + subtask);
    metrics = new ResizeMetrics(getRuntimeContext().getMetricGroup(), worker.kernel());
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
        writer.offer(new CachedPicture(image.provenance(), extension, resized.content()));
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
  public void close() {
    if (worker != null) {
      worker.close();
    }
    if (writer != null) {
      writer.close();
    }
  }
}
