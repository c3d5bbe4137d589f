package io.github.satchel.job.resize;

import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.ResizedImage;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings images to the size of the training service. An image that could not be fetched passes
 * through; whatever is wrong with a picture becomes its {@code Problem}.
 */
public final class ResizeFunction extends RichMapFunction<FetchedImage, ResizedImage> {

  private static final Logger LOG = LoggerFactory.getLogger(ResizeFunction.class);

  private final ResizeSettings settings;

  private transient @Nullable ResizeWorker worker;
  private transient @Nullable ResizeMetrics metrics;

  public ResizeFunction(ResizeSettings settings) {
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) {
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    worker = new ResizeWorker(settings, "satchel-resize-" + subtask);
    metrics = new ResizeMetrics(getRuntimeContext().getMetricGroup(), worker.kernel());
  }

  @Override
  public ResizedImage map(FetchedImage image) throws InterruptedException {
    ImageTask task = image.task();
    byte[] content = image.content();
    if (content == null) {
      return ResizedImage.failed(task, Objects.requireNonNull(image.problem()));
    }
    Outcome outcome = Objects.requireNonNull(worker).resize(content, task.format());
    Objects.requireNonNull(metrics).count(outcome);
    if (outcome instanceof Outcome.Resized resized) {
      return ResizedImage.of(task, resized.content(), resized.encoding().extension());
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
  }
}
