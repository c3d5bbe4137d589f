package io.github.satchel.job.fetch;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.NameResolvers;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.jspecify.annotations.Nullable;

/** The fetch stage without Flink around it. */
public final class Fetching implements AutoCloseable {

  /** A good while: what takes longer hangs. */
  public static final Duration HANG = Duration.ofSeconds(60);

  private final FetchResources resources;
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final FetchMetrics metrics;

  /** What became of a fetch. */
  @SuppressWarnings("ArrayRecordComponent") // a test compares what it needs
  public record Outcome(
      byte @Nullable [] content,
      @Nullable Provenance provenance,
      @Nullable Problem problem,
      Runnable release) {

    public byte[] picture() {
      if (content == null) {
        throw new AssertionError("no picture: " + problem);
      }
      return content;
    }

    public Problem failure() {
      if (problem == null) {
        throw new AssertionError("a picture where none should be");
      }
      return problem;
    }
  }

  public Fetching(Configuration config, NameResolvers names) {
    this(FetchSettings.from(config), names);
  }

  public Fetching(FetchSettings settings, NameResolvers names) {
    resources = FetchResources.acquire(settings, Clock.systemUTC(), names);
    metrics = new FetchMetrics(new RecordingGroup(""), resources.budget());
  }

  /** Short time-outs, and 127.0.0.2 as the only address that may be fetched from. */
  public static Configuration config(int... ports) {
    return new Configuration()
        .set(SatchelOptions.SITE_NAME, "Pets for All")
        .set(SatchelOptions.SITE_CONTACT, "https://pets.test/contact")
        .set(SatchelOptions.FETCH_ALLOWED_NETWORKS, List.of("127.0.0.2/32"))
        .set(SatchelOptions.FETCH_ALLOWED_PORTS, Arrays.stream(ports).boxed().toList())
        .set(SatchelOptions.FETCH_CONNECT_TIMEOUT, Duration.ofSeconds(5))
        .set(SatchelOptions.FETCH_IDLE_TIMEOUT, Duration.ofSeconds(1))
        .set(SatchelOptions.FETCH_TIMEOUT, Duration.ofSeconds(3))
        .set(SatchelOptions.FETCH_RETRY_DELAY, Duration.ofMillis(10));
  }

  public static ImageTask task(String url, Instant deadline) {
    return task(new ImageLocation(ImageLocation.Type.DOWNLOAD, "id", url, null), deadline);
  }

  public static ImageTask task(ImageLocation location, Instant deadline) {
    return new ImageTask("request", 0, "cat", location, OutputFormat.AUTO, deadline);
  }

  /**
   * Something that passes for a picture: the signature of a PNG, then noise of that size in all.
   */
  public static byte[] picture(int size) {
    byte[] picture = new byte[size];
    for (int i = 0; i < size; i++) {
      picture[i] = (byte) (i * 31 + i / 251);
    }
    byte[] signature = "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(signature, 0, picture, 0, Math.min(size, signature.length));
    return picture;
  }

  public ByteBudget budget() {
    return resources.budget();
  }

  public long count(String counter) {
    Counter found = counters.get("/fetch/" + counter);
    if (found == null) {
      throw new AssertionError("no such counter: " + counter + " of " + counters.keySet());
    }
    return found.getCount();
  }

  public CompletableFuture<Outcome> start(ImageTask task) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    start(task, outcome);
    return outcome;
  }

  /** Starts a fetch and gives what gives it up. */
  public Runnable start(ImageTask task, CompletableFuture<Outcome> outcome) {
    return resources.fetch(
        task,
        metrics,
        new ImageReceiver() {
          @Override
          public void arrived(byte[] content, @Nullable Provenance provenance, Runnable release) {
            outcome.complete(new Outcome(content, provenance, null, release));
          }

          @Override
          public void resized(byte[] content, String extension, Runnable release) {
            outcome.complete(new Outcome(content, null, null, release));
          }

          @Override
          public void failed(Problem problem) {
            outcome.complete(new Outcome(null, null, problem, () -> {}));
          }
        });
  }

  public CompletableFuture<Outcome> start(String url) {
    return start(task(url, Instant.now().plus(HANG)));
  }

  public CompletableFuture<Outcome> start(StoredImage image) {
    return start(
        task(
            new ImageLocation(ImageLocation.Type.RETRIEVE, null, null, image),
            Instant.now().plus(HANG)));
  }

  /** Fetches, waits, and lets go of what arrived. */
  public Outcome fetch(String url) {
    return await(start(url));
  }

  public Outcome fetch(StoredImage image) {
    return await(start(image));
  }

  public static Outcome await(CompletableFuture<Outcome> future) {
    Outcome outcome = future.orTimeout(HANG.toSeconds(), TimeUnit.SECONDS).join();
    outcome.release().run();
    return outcome;
  }

  @Override
  public void close() {
    resources.release();
  }

  private final class RecordingGroup extends UnregisteredMetricsGroup {

    private final String name;

    private RecordingGroup(String name) {
      this.name = name;
    }

    @Override
    public <C extends Counter> C counter(String counter, C instance) {
      counters.put(name + "/" + counter, instance);
      return instance;
    }

    @Override
    public MetricGroup addGroup(String group) {
      return new RecordingGroup(name + "/" + group);
    }
  }
}
