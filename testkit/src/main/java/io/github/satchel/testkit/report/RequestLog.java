package io.github.satchel.testkit.report;

import io.github.satchel.client.RequestProducer;
import io.github.satchel.client.Result;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What was read of some requests, and when. Times are seconds since the first request was written.
 * Thread safe.
 */
public final class RequestLog {

  /**
   * What happened to a request.
   *
   * @param writtenAt when it was handed to Kafka's client
   * @param acceptedAt when the event was read that says so
   * @param startedAt when the first event was read that counts an image as done
   * @param imagesAt when the event was read that counts all of them
   * @param endedAt when the outcome was read
   * @param outcomes every different one
   */
  public record Entry(
      Load load,
      double writtenAt,
      @Nullable Double acceptedAt,
      @Nullable Double startedAt,
      @Nullable Double imagesAt,
      @Nullable Double endedAt,
      List<Event> outcomes) {

    /** From request written to outcome read; none without an outcome. */
    public @Nullable Duration time() {
      return endedAt == null ? null : Duration.ofNanos((long) ((endedAt - writtenAt) * 1e9));
    }

    /** Whether it has one outcome, one that it may have. */
    public boolean endedAsExpected() {
      return outcomes.size() == 1 && load.expected().contains(outcomes.get(0).type());
    }
  }

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, Integer> settled = new LinkedHashMap<>();
  private final NavigableMap<Double, Integer> done = new TreeMap<>();
  private final List<String> order = new ArrayList<>();
  private final CountDownLatch open;
  private Instant began = Instant.EPOCH;
  private long start;

  public RequestLog(List<Load> loads) {
    for (Load load : loads) {
      entries.put(load.requestId(), new Entry(load, 0, null, null, null, null, List.of()));
    }
    open = new CountDownLatch(loads.size());
  }

  /** To be called just before a request is written. */
  public synchronized void written(Load load) {
    if (start == 0) {
      began = Instant.now();
      start = System.nanoTime();
    }
    entries.put(
        load.requestId(),
        new Entry(load, since(System.nanoTime()), null, null, null, null, List.of()));
  }

  /** When the first request was about to be written. */
  public synchronized Instant began() {
    return began;
  }

  /** Takes an event of any request. */
  public synchronized void read(Result result) {
    Event event = result.event();
    Entry entry = entries.get(event.requestId());
    if (entry == null) {
      return; // of an earlier burst
    }
    double at = since(result.readAt());
    int images = event.images().done() + event.images().failed();
    int before = Objects.requireNonNullElse(settled.put(event.requestId(), images), 0);
    done.merge(at, Math.max(images - before, 0), Integer::sum);
    List<Event> outcomes = entry.outcomes();
    if (event.type().isOutcome()) {
      if (outcomes.isEmpty()) {
        order.add(entry.load().name());
      }
      if (!outcomes.contains(event)) {
        outcomes = new ArrayList<>(outcomes);
        outcomes.add(event);
      }
    }
    entries.put(
        event.requestId(),
        new Entry(
            entry.load(),
            entry.writtenAt(),
            first(entry.acceptedAt(), event.type() == Event.Type.ACCEPTED, at),
            first(entry.startedAt(), images > 0, at),
            first(entry.imagesAt(), images == entry.load().images(), at),
            first(entry.endedAt(), event.type().isOutcome(), at),
            outcomes));
    if (entry.outcomes().isEmpty() && !outcomes.isEmpty()) {
      open.countDown();
    }
  }

  /** Waits until every request has an outcome. */
  public boolean await(Duration patience) throws InterruptedException {
    return open.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** All requests, in the order in which they were written. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /** Names in the order in which outcomes were read. */
  public synchronized List<String> order() {
    return List.copyOf(order);
  }

  /** Images that were done or failed, by when that was read. */
  public synchronized NavigableMap<Double, Integer> imagesDone() {
    return new TreeMap<>(done);
  }

  /** Seconds from the first request written to a moment of {@link System#nanoTime}. */
  public synchronized double since(long nanoTime) {
    return (nanoTime - start) / 1e9;
  }

  private static @Nullable Double first(@Nullable Double known, boolean now, double at) {
    return known == null && now ? Double.valueOf(at) : known;
  }

  /**
   * Writes requests, evenly spread over a time, for a job that is already there, and waits for
   * their outcomes.
   *
   * @param kafka its brokers
   */
  public static RequestLog serve(String kafka, List<Load> loads, Duration over, Duration patience)
      throws IOException, InterruptedException {
    RequestLog log = new RequestLog(loads);
    try (var results =
            new TopicFollower(kafka, Topics.RESULTS, message -> log.read(Result.of(message)));
        var producer = new RequestProducer(kafka)) {
      results.start();
      long begin = System.nanoTime();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < loads.size(); i++) {
        long due = begin + over.toNanos() * i / loads.size();
        Thread.sleep(Math.max(0, due - System.nanoTime()) / 1_000_000);
        log.written(loads.get(i));
        sent.add(producer.send(loads.get(i).request()));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
      log.await(patience);
      return log;
    } catch (ExecutionException e) {
      throw new IOException("A request could not be written: " + e.getCause(), e);
    }
  }
}
