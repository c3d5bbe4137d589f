package io.github.satchel.job.fetch.source;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.metrics.JobMetric;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/** The metrics of the fetch stage, see {@link JobMetric}. */
public final class FetchMetrics {

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

  public FetchMetrics(MetricGroup operator, ByteBudget budget) {
    arrived = JobMetric.FETCH_ARRIVED.counter(operator);
    attempts = JobMetric.FETCH_ATTEMPTS.counter(operator);
    retried = JobMetric.FETCH_RETRIED.counter(operator);
    redirected = JobMetric.FETCH_REDIRECTED.counter(operator);
    throttled = JobMetric.FETCH_THROTTLED.counter(operator);
    shared = JobMetric.FETCH_SHARED.counter(operator);
    latency = JobMetric.FETCH_LATENCY.histogram(operator);
    for (FailureCode code : CODES) {
      failed.put(code, JobMetric.FETCH_FAILED.counter(operator, code.wire()));
    }
    cacheHit = JobMetric.FETCH_CACHE_HIT.counter(operator);
    cacheRevalidated = JobMetric.FETCH_CACHE_REVALIDATED.counter(operator);
    cacheMissed = JobMetric.FETCH_CACHE_MISSED.counter(operator);
    cacheFailed = JobMetric.FETCH_CACHE_FAILED.counter(operator);
    JobMetric.FETCH_MEMORY_USED.gauge(operator, budget::used);
    JobMetric.FETCH_MEMORY_LIMIT.gauge(operator, budget::capacity);
    JobMetric.FETCH_MEMORY_WAITING.gauge(operator, budget::waiting);
  }

  public void arrived(Duration elapsed) {
    arrived.inc();
    latency.update(elapsed.toMillis());
  }

  public void failed(FailureCode code, Duration elapsed) {
    Objects.requireNonNull(failed.get(code)).inc();
    latency.update(elapsed.toMillis());
  }

  public void attempt() {
    attempts.inc();
  }

  public void retried() {
    retried.inc();
  }

  public void redirected() {
    redirected.inc();
  }

  public void throttled() {
    throttled.inc();
  }

  public void shared() {
    shared.inc();
  }

  public void cacheHit() {
    cacheHit.inc();
  }

  public void cacheRevalidated() {
    cacheRevalidated.inc();
  }

  public void cacheMissed() {
    cacheMissed.inc();
  }

  public void cacheFailed() {
    cacheFailed.inc();
  }
}
