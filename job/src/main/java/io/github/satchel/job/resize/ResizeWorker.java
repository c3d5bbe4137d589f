package io.github.satchel.job.resize;

import io.github.satchel.contract.OutputFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gives each picture a time limit. A decoder cannot be stopped, so it works on a thread of its own;
 * when a picture's time is up, the thread is left to finish it, and a fresh one with kernels of its
 * own takes the next picture. At most one is left behind at a time: should the next picture run out
 * of time too, it is waited for, so that memory stays bounded by two pictures.
 */
final class ResizeWorker implements AutoCloseable {

  private final ResizeSettings settings;
  private final String name;
  private Lane lane;
  private @Nullable Lane left;

  ResizeWorker(ResizeSettings settings, String name) {
    this.settings = settings;
    this.name = name;
    this.lane = new Lane(settings, name);
  }

  /** Name of the preferred kernel. */
  String kernel() {
    return lane.resizer.kernel();
  }

  Outcome resize(byte[] content, OutputFormat format) throws InterruptedException {
    Future<Outcome> outcome = lane.executor.submit(() -> lane.resizer.resize(content, format));
    try {
      return outcome.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      replaceLane();
      return Outcome.Refused.unsupported("not decoded within " + settings.timeout());
    } catch (ExecutionException e) {
      throw new IllegalStateException("the resize stage is broken", e.getCause());
    }
  }

  private void replaceLane() throws InterruptedException {
    lane.close();
    if (left != null) {
      left.awaitEnd();
    }
    left = lane;
    lane = new Lane(settings, name);
  }

  /** Waits for the picture at hand as long as a picture may take. */
  @Override
  public void close() {
    lane.close();
    try {
      lane.executor.awaitTermination(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One thread and the kernels that belong to it. */
  private static final class Lane implements AutoCloseable {

    private final PictureResizer resizer;
    private final ExecutorService executor;

    Lane(ResizeSettings settings, String name) {
      resizer = PictureResizer.open(settings);
      executor =
          Executors.newSingleThreadExecutor(
              work -> {
                var thread = new Thread(work, name);
                thread.setDaemon(true);
                return thread;
              });
    }

    void awaitEnd() throws InterruptedException {
      while (!executor.awaitTermination(1, TimeUnit.MINUTES)) {}
    }

    /** Lets the picture at hand finish, then closes the kernels. */
    @Override
    public void close() {
      if (!executor.isShutdown()) {
        executor.execute(resizer::close);
        executor.shutdown();
      }
    }
  }
}
