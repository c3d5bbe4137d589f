package io.github.satchel.job.resize;

import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.header.UnreadablePictureException;
import io.github.satchel.job.resize.kernel.DecodingMemory;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each picture its memory and a time limit. A decoder cannot be stopped, so it works on a
 * thread of its own; when a picture's time is up, the thread is left to itself ({@link
 * HungDecoders}), and a fresh one with kernels of its own takes the next picture.
 *
 * <p>A decoder that runs out of memory gets all of it for another attempt, and others until the
 * picture's time is up: others may have held what it lacked.
 */
final class ResizeWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ResizeWorker.class);

  private static final long PAUSE_MILLIS = 500;

  private final Supplier<PictureResizer> resizers;
  private final DecodingMemory memory;
  private final HungDecoders hung;
  private final Duration timeout;
  private final String name;
  private Decoder decoder;

  /** A worker by the settings. */
  ResizeWorker(ResizeSettings settings, String name) {
    this(
        () -> PictureResizer.open(settings),
        DecodingMemory.of(settings),
        HungDecoders.OF_PROCESS,
        settings.timeout(),
        name);
  }

  /**
   * A worker.
   *
   * @param resizers opens one for each thread
   * @param timeout longest time for one picture
   * @param name of the thread
   */
  ResizeWorker(
      Supplier<PictureResizer> resizers,
      DecodingMemory memory,
      HungDecoders hung,
      Duration timeout,
      String name) {
    this.resizers = resizers;
    this.memory = memory;
    this.hung = hung;
    this.timeout = timeout;
    this.name = name;
    decoder = new Decoder();
  }

  /** Name of the preferred kernel. */
  String kernel() {
    return decoder.resizer.kernel();
  }

  HungDecoders hung() {
    return hung;
  }

  /** Resizes a picture; waits for memory if others hold it. */
  @SuppressWarnings("try") // the resource is what it keeps from others
  Outcome resize(byte[] content, OutputFormat format) throws InterruptedException {
    if (hung.isKnown(content)) {
      return Outcome.Refused.unsupported("a decoder did not end on it before");
    }
    try {
      PictureHeader header = decoder.resizer.header(content);
      try (var ignored = memory.acquire(decoder.resizer.need(header))) {
        return decode(content, header, format);
      } catch (OutOfMemoryError e) {
        LOG.warn("Out of memory at {} x {} pixels: {}", header.width(), header.height(), e);
      }
      return decodeAlone(content, header, format);
    } catch (UnreadablePictureException e) {
      return Outcome.Refused.of(e);
    }
  }

  @SuppressWarnings("try") // the resource is what it keeps from others
  private Outcome decodeAlone(byte[] content, PictureHeader header, OutputFormat format)
      throws UnreadablePictureException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      try (var ignored = memory.acquireAll()) {
        return decode(content, header, format);
      } catch (OutOfMemoryError e) {
        if (System.nanoTime() - end > 0) {
          LOG.error(
              "Out of memory at {} x {} pixels; the heap is too small for resize.max-pixels",
              header.width(),
              header.height());
          throw UnreadablePictureException.tooManyPixels(header);
        }
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private Outcome decode(byte[] content, PictureHeader header, OutputFormat format)
      throws UnreadablePictureException, InterruptedException {
    Decoder atWork = decoder;
    Future<Outcome> outcome =
        atWork.executor.submit(() -> atWork.resizer.resize(content, header, format));
    try {
      return outcome.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      hung.add(content);
      atWork.executor.execute(hung::ended);
      atWork.close();
      decoder = new Decoder();
      return Outcome.Refused.unsupported("not decoded within " + timeout);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof UnreadablePictureException unreadable) {
        throw unreadable;
      }
      if (cause instanceof OutOfMemoryError outOfMemory) {
        throw outOfMemory;
      }
      throw new IllegalStateException("the resize stage is broken", cause);
    }
  }

  /** Waits for the picture at hand as long as a picture may take. */
  @Override
  public void close() {
    decoder.close();
    try {
      decoder.executor.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One thread and the kernels that belong to it. */
  private final class Decoder implements AutoCloseable {

    private final PictureResizer resizer = resizers.get();
    private final ExecutorService executor =
        Executors.newSingleThreadExecutor(
            work -> {
              var thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });

    /** Lets the picture at hand finish, then closes the kernels. */
    @Override
    public void close() {
      executor.execute(resizer::close);
      executor.shutdown();
    }
  }
}
