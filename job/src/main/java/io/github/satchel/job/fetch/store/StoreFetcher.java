package io.github.satchel.job.fetch.store;

import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.Origin;
import io.github.satchel.job.fetch.source.PictureFormat;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.fetch.source.Receiver;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Validators;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads stored images through Flink's file systems, which block: on threads of its own, as many as
 * {@code images.readers}. What waits for one is bounded by the places of the fetch stages. Retries
 * are the file system's business.
 */
public final class StoreFetcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreFetcher.class);

  /** What ids are made of; above all, nothing that leads out of the directory. */
  private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._~@:+=-]{1,255}");

  private static final long KEEP_ALIVE_SECONDS = 30;

  private final @Nullable String directory;
  private final FetchSettings settings;
  private final ByteBudget budget;
  private final Timer timer;
  private final ThreadPoolExecutor readers;

  public StoreFetcher(FetchSettings settings, ByteBudget budget, Timer timer) {
    this.directory = settings.imagesDir();
    this.settings = settings;
    this.budget = budget;
    this.timer = timer;
    readers =
        new ThreadPoolExecutor(
            settings.readers(),
            settings.readers(),
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("satchel-fetch-store", true));
    readers.allowCoreThreadTimeOut(true);
  }

  /**
   * Fetches an image.
   *
   * @param validators of what need not come again; empty ones if it must
   * @return to be run when it is no longer wanted; without effect once it is there
   */
  public Runnable fetch(StoredImage image, Validators validators, Receiver receiver) {
    if (directory == null) {
      LOG.warn("A request names a stored image, but images.dir is not set");
      receiver.failed(Problems.storeUnreachable());
      return () -> {};
    }
    boolean valid =
        Stream.of(image.classid(), image.userid(), image.projectid(), image.objectid())
            .allMatch(id -> ID.matcher(id).matches());
    if (!valid) {
      receiver.failed(Problems.storeMissing());
      return () -> {};
    }
    Reading reading = new Reading(new Path(directory + "/" + image.key()), validators, receiver);
    reading.start();
    return reading::cancel;
  }

  @Override
  public void close() {
    readers.shutdownNow();
  }

  /** What an exception of a file system means. Classes of plug-ins are known by name only. */
  static Problem problemOf(Exception thrown) {
    List<Throwable> chain =
        Stream.<@Nullable Throwable>iterate(thrown, t -> t != null, t -> t.getCause()).toList();
    for (Throwable each : chain) {
      String type = each.getClass().getSimpleName();
      String message = String.valueOf(each.getMessage());
      if (type.contains("AccessDenied")
          || type.contains("AccessControl")
          || type.contains("Credential")
          || type.contains("NoAuth")
          || message.contains("Permission denied")) {
        return Problems.storeForbidden();
      }
    }
    for (Throwable each : chain) {
      if (each instanceof FileNotFoundException
          || each instanceof java.nio.file.NoSuchFileException) {
        return Problems.storeMissing();
      }
    }
    return Problems.storeUnreachable();
  }

  /** One image: its length is asked for, then room is made for it, then it is read. */
  private final class Reading {

    private final Path path;
    private final Validators validators;
    private final Receiver receiver;
    private final ByteBudget.Share share = budget.share();
    private final AtomicBoolean done = new AtomicBoolean();
    private volatile @Nullable Future<?> running;

    private Reading(Path path, Validators validators, Receiver receiver) {
      this.path = path;
      this.validators = validators;
      this.receiver = receiver;
    }

    private void start() {
      submit(this::measure);
    }

    private void cancel() {
      if (done.compareAndSet(false, true)) {
        abandon();
      }
    }

    private void submit(Step step) {
      running = readers.submit(() -> run(step));
      if (done.get()) {
        abandon();
      }
    }

    private void run(Step step) {
      Timeout timeout =
          timer.newTimeout(
              due -> fail(Problems.storeUnreachable()),
              settings.timeout().toMillis(),
              TimeUnit.MILLISECONDS);
      try {
        step.run();
      } catch (IOException | RuntimeException e) { // clients of stores throw either
        LOG.debug("{}: {}", path, e.toString());
        fail(problemOf(e));
      } finally {
        timeout.cancel();
      }
    }

    private void measure() throws IOException {
      FileStatus file = path.getFileSystem().getFileStatus(path);
      long length = file.getLen();
      if (file.isDir()) {
        fail(Problems.storeMissing());
      } else if (length > settings.maxSize()) {
        fail(Problems.tooLarge());
      } else if (length == 0) {
        fail(Problems.unsupported());
      } else {
        // Objects are replaced as a whole, so time and length do for an entity tag.
        var found = new Validators(file.getModificationTime() + "-" + length, null);
        if (!found.equals(validators)) {
          share.reserve(length, () -> submit(() -> read((int) length, found)));
        } else if (done.compareAndSet(false, true)) {
          receiver.unchanged();
        }
      }
    }

    private void read(int length, Validators found) throws IOException {
      byte[] content = new byte[length];
      FileSystem fileSystem = path.getFileSystem();
      try (FSDataInputStream in = fileSystem.open(path)) {
        IOUtils.readFully(in, content, 0, length);
      }
      if (!PictureFormat.recognises(content, length)) {
        fail(Problems.unsupported());
      } else if (done.compareAndSet(false, true)) {
        receiver.arrived(content, new Origin(true, found, List.of()), share::release);
      }
    }

    private void fail(Problem problem) {
      if (done.compareAndSet(false, true)) {
        abandon();
        receiver.failed(problem);
      }
    }

    private void abandon() {
      share.release();
      Future<?> future = running;
      if (future != null) {
        future.cancel(true);
      }
    }
  }

  private interface Step {
    void run() throws IOException;
  }
}
