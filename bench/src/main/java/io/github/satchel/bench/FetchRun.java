package io.github.satchel.bench;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.fetch.FetchFunction;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.jspecify.annotations.Nullable;

/**
 * Fetches all pictures of a site, and some of its dead host mixed in evenly, by a Flink job of one
 * slot that is wired as Satchel's: the fetch stage, then across the network stack a stage that
 * compares each picture with the original.
 */
final class FetchRun {

  private static final Duration DEADLINE = Duration.ofHours(1);
  private static final int IN_FLIGHT_EVERY_MILLIS = 1;
  private static final int HEAP_EVERY_MILLIS = 3_000;

  private FetchRun() {}

  /**
   * What became of an image.
   *
   * @param index of the picture; negative on the dead host
   * @param openedNanos when the job began
   * @param problem null if the picture arrived and is the original
   */
  public record Verdict(
      int index, long bytes, @Nullable String problem, long openedNanos, long atNanos) {}

  /**
   * What a run took.
   *
   * @param time until the last picture of the site was checked
   * @param inFlight most bytes that the gauge showed
   * @param heapAlive most bytes alive, by quarter of the time
   * @param cpu of this process, with Flink and the check, without the server
   */
  record Result(
      List<Verdict> verdicts, Duration time, long inFlight, List<Long> heapAlive, Duration cpu) {

    long bytes() {
      return verdicts.stream().mapToLong(Verdict::bytes).sum();
    }

    List<Verdict> failures() {
      return verdicts.stream()
          .filter(verdict -> verdict.index() >= 0 && verdict.problem() != null)
          .toList();
    }
  }

  @SuppressWarnings("try") // an interruption while the results close ends the benchmark
  static Result of(PictureServer.Site site, int dead, Configuration settings) throws Exception {
    Configuration flink = new Configuration();
    flink.setString("metrics.reporter.in-flight.factory.class", InFlightReporter.class.getName());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    DataStream<ImageTask> tasks =
        env.fromData(tasks(site, dead)).returns(ImageTask.class).rebalance();
    DataStream<Verdict> verdicts =
        AsyncDataStream.unorderedWait(
                tasks,
                new FetchFunction(FetchSettings.from(settings)),
                DEADLINE.toMillis(),
                TimeUnit.MILLISECONDS,
                settings.get(SatchelOptions.FETCH_CONCURRENCY))
            .returns(FetchedImage.class)
            .map(new Check(site.gallery()))
            .disableChaining()
            .returns(Verdict.class);

    AtomicLong inFlight = new AtomicLong();
    ScheduledExecutorService samplers =
        Executors.newScheduledThreadPool(2, task -> new Thread(task, "satchel-bench-sampler"));
    List<Verdict> all = new ArrayList<>();
    HeapWatch heap = new HeapWatch();
    try {
      ScheduledFuture<?> unusedInFlight =
          samplers.scheduleAtFixedRate(
              () -> inFlight.accumulateAndGet(InFlightReporter.bytes(), Math::max),
              0,
              IN_FLIGHT_EVERY_MILLIS,
              TimeUnit.MILLISECONDS);
      ScheduledFuture<?> unusedHeap =
          samplers.scheduleWithFixedDelay(
              heap::sample, HEAP_EVERY_MILLIS, HEAP_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      Duration cpu = cpuTime();
      try (CloseableIterator<Verdict> results = verdicts.executeAndCollect("fetch benchmark")) {
        results.forEachRemaining(all::add);
      }
      long from = all.get(0).openedNanos();
      long to =
          all.stream()
              .filter(verdict -> verdict.index() >= 0)
              .mapToLong(Verdict::atNanos)
              .max()
              .orElse(from);
      return new Result(
          all,
          Duration.ofNanos(to - from),
          inFlight.get(),
          heap.peaks(from, to),
          cpuTime().minus(cpu));
    } finally {
      samplers.shutdownNow();
    }
  }

  private static List<ImageTask> tasks(PictureServer.Site site, int dead) {
    int pictures = site.gallery().names().size();
    long all = (long) pictures + dead;
    List<ImageTask> tasks = new ArrayList<>();
    int deadSoFar = 0;
    for (int i = 0; i < all; i++) {
      boolean toDead = (i + 1) * (long) dead / all > deadSoFar;
      int index = toDead ? -1 - deadSoFar : i - deadSoFar;
      tasks.add(task(index, toDead ? site.dead(deadSoFar) : site.picture(index)));
      deadSoFar += toDead ? 1 : 0;
    }
    return tasks;
  }

  private static ImageTask task(int index, String url) {
    return new ImageTask(
        "benchmark",
        index,
        "label",
        new ImageLocation(ImageLocation.Type.DOWNLOAD, "" + index, url, null),
        OutputFormat.AUTO,
        Instant.now().plus(DEADLINE));
  }

  private static Duration cpuTime() {
    return Duration.ofNanos(
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime());
  }

  private static final class Check extends RichMapFunction<FetchedImage, Verdict> {

    private final Gallery gallery;
    private transient Gallery.@Nullable Reader reader;
    private transient long openedNanos;

    private Check(Gallery gallery) {
      this.gallery = gallery;
    }

    @Override
    public void open(OpenContext context) {
      reader = gallery.reader();
      openedNanos = System.nanoTime();
    }

    @Override
    public Verdict map(FetchedImage image) throws IOException {
      int index = image.task().index();
      byte[] content = image.content();
      String problem = null;
      if (image.problem() != null) {
        problem = image.problem().message();
      } else if (content == null || reader == null || !reader.matches(index, content)) {
        problem = "not the original's bytes";
      }
      long bytes = content == null ? 0 : content.length;
      return new Verdict(index, bytes, problem, openedNanos, System.nanoTime());
    }
  }
}
