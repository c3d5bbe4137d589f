package io.github.satchel.testkit.demo;

import io.github.satchel.client.Result;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.ImageCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What has become of the requests of a class so far. Thread safe. */
final class Lesson {

  private static final class Entry {

    private final Pupil pupil;
    private long sentAt;
    private long endedAt;
    private @Nullable ImageCounts counts;
    private final List<Event> outcomes = new ArrayList<>();

    Entry(Pupil pupil) {
      this.pupil = pupil;
    }
  }

  /**
   * How one request ended.
   *
   * @param time from request written to outcome read
   * @param complaint what was not as expected, null if all was
   */
  record Line(Pupil pupil, @Nullable Event outcome, Duration time, @Nullable String complaint) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final CountDownLatch open;

  Lesson(List<Pupil> pupils) {
    pupils.forEach(pupil -> entries.put(pupil.requestId(), new Entry(pupil)));
    open = new CountDownLatch(pupils.size());
  }

  synchronized void sent(Pupil pupil) {
    entry(pupil).sentAt = System.nanoTime();
  }

  synchronized void add(Result result) {
    Entry entry = entries.get(result.event().requestId());
    if (entry == null) {
      return; // of an earlier demo
    }
    Event event = result.event();
    entry.counts = event.images();
    if (event.type().isOutcome()) {
      if (entry.outcomes.isEmpty()) {
        entry.endedAt = result.readAt();
        open.countDown();
      }
      if (!entry.outcomes.contains(event)) {
        entry.outcomes.add(event);
      }
    }
  }

  /** Waits until every request ended. */
  boolean await(Duration patience) throws InterruptedException {
    return open.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Images of a pupil that are done or failed. */
  synchronized int settled(Pupil pupil) {
    ImageCounts counts = entry(pupil).counts;
    return counts == null ? 0 : counts.done() + counts.failed();
  }

  synchronized @Nullable Event outcome(Pupil pupil) {
    List<Event> outcomes = entry(pupil).outcomes;
    return outcomes.isEmpty() ? null : outcomes.get(0);
  }

  /** Time from the first request written to the last outcome read. */
  synchronized Duration duration() {
    long first = entries.values().stream().mapToLong(entry -> entry.sentAt).min().orElse(0);
    long last = entries.values().stream().mapToLong(entry -> entry.endedAt).max().orElse(0);
    return Duration.ofNanos(Math.max(last - first, 0));
  }

  synchronized List<Line> lines() {
    return entries.values().stream().map(Lesson::line).toList();
  }

  private Entry entry(Pupil pupil) {
    return Objects.requireNonNull(entries.get(pupil.requestId()));
  }

  private static Line line(Entry entry) {
    if (entry.outcomes.isEmpty()) {
      return new Line(entry.pupil, null, Duration.ZERO, "no outcome");
    }
    Event outcome = entry.outcomes.get(0);
    return new Line(
        entry.pupil,
        outcome,
        Duration.ofNanos(entry.endedAt - entry.sentAt),
        complaint(entry.pupil, entry.outcomes));
  }

  private static @Nullable String complaint(Pupil pupil, List<Event> outcomes) {
    if (outcomes.size() > 1) {
      return outcomes.size() + " different outcomes";
    }
    Event outcome = outcomes.get(0);
    if (outcome.type() != pupil.expected()) {
      return "expected " + pupil.expected();
    }
    Map<String, String> failed = new HashMap<>();
    for (Failure failure : outcome.failures()) {
      if (failure.location() != null && failure.location().imageid() != null) {
        failed.put(failure.location().imageid(), failure.code().wire());
      }
    }
    return failed.equals(pupil.bad()) ? null : difference(pupil.bad(), failed);
  }

  private static String difference(Map<String, String> expected, Map<String, String> actual) {
    Map<String, String> missing = new LinkedHashMap<>(expected);
    missing.entrySet().removeAll(actual.entrySet());
    Map<String, String> surplus = new LinkedHashMap<>(actual);
    surplus.entrySet().removeAll(expected.entrySet());
    return "failures missing: " + missing + ", not expected: " + surplus;
  }
}
