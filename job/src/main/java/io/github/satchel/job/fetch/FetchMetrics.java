package io.github.satchel.job.fetch;

import io.github.satchel.job.model.FailureCode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * The metrics of the fetch stage, in the group {@code fetch} of its operator: counters {@code
 * arrived}, {@code failed.<code>}, {@code attempts}, {@code retried}, {@code redirected}, {@code
 * throttled} and {@code shared}, of kept pictures {@code cache.hit}, {@code cache.revalidated},
 * {@code cache.missed} and {@code cache.failed}, histogram {@code latency} in milliseconds from a
 * task to its outcome, and gauges {@code memory.used}, {@code memory.limit} in bytes and {@code
 * memory.waiting} in downloads, which are those of the whole task manager.
 */
final class FetchMetrics {

  private static final int HISTOGRAM_WINDOW = 1_000;

  /** What a fetch can end in. */
  private static final Set<FailureCode> CODES =
      EnumSet.of(
          FailureCode.IMAGE_UNREACHABLE,
          FailureCode.IMAGE_FORBIDDEN,
          FailureCode.IMAGE_THROTTLED,
          FailureCode.IMAGE_TIMEOUT,
          FailureCode.IMAGE_UNSUPPORTED,
          FailureCode.IMAGE_TOO_LARGE,
          FailureCode.IMAGE_BLOCKED_ADDRESS,
          FailureCode.STORE_AUTH,
          FailureCode.STORE_MISSING,
          FailureCode.DEADLINE);

  private final Counter arrived;
  private final Map<FailureCode, Counter> failed = new EnumMap<>(FailureCode.class);
  private final Counter attempts;
  private final Counter retried;
  private final Counter redirected;
  private final Counter throttled;
  private final Counter shared;
  private final Histogram latency;
  private final Counter cacheHit;
  private final Counter cacheRevalidated;
  private final Counter cacheMissed;
  private final Counter cacheFailed;

  FetchMetrics(MetricGroup operator, ByteBudget budget) {
    MetricGroup group = operator.addGroup("fetch");
    arrived = counter(group, "arrived");
    attempts = counter(group, "attempts");
    retried = counter(group, "retried");
    redirected = counter(group, "redirected");
    throttled = counter(group, "throttled");
    shared = counter(group, "shared");
    latency = group.histogram("latency", new DescriptiveStatisticsHistogram(HISTOGRAM_WINDOW));
    MetricGroup failures = group.addGroup("failed");
    for (FailureCode code : CODES) {
      failed.put(code, counter(failures, code.wire()));
    }
    MetricGroup cache = group.addGroup("cache");
    cacheHit = counter(cache, "hit");
    cacheRevalidated = counter(cache, "revalidated");
    cacheMissed = counter(cache, "missed");
    cacheFailed = counter(cache, "failed");
    MetricGroup memory = group.addGroup("memory");
    memory.<Long, Gauge<Long>>gauge("used", budget::used);
    memory.<Long, Gauge<Long>>gauge("limit", budget::capacity);
    memory.<Integer, Gauge<Integer>>gauge("waiting", budget::waiting);
  }

  void arrived(Duration elapsed) {
    arrived.inc();
    latency.update(elapsed.toMillis());
  }

  void failed(FailureCode code, Duration elapsed) {
    Objects.requireNonNull(failed.get(code)).inc();
    latency.update(elapsed.toMillis());
  }

  void attempt() {
    attempts.inc();
  }

  void retried() {
    retried.inc();
  }

  void redirected() {
    redirected.inc();
  }

  void throttled() {
    throttled.inc();
  }

  void shared() {
    shared.inc();
  }

  void cacheHit() {
    cacheHit.inc();
  }

  void cacheRevalidated() {
    cacheRevalidated.inc();
  }

  void cacheMissed() {
    cacheMissed.inc();
  }

  void cacheFailed() {
    cacheFailed.inc();
  }

  private static Counter counter(MetricGroup group, String name) {
    return group.counter(name, new ThreadSafeSimpleCounter());
  }
}
