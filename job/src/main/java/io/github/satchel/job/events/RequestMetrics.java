package io.github.satchel.job.events;

import io.github.satchel.contract.Event;
import io.github.satchel.job.metrics.JobMetric;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * How long requests take, from what the results say of them: the one place where a request is seen
 * from its acceptance to its outcome, whoever tells it. All events of a request come to one
 * subtask, in order. Of requests that were accepted before the task started, only the outcome is
 * counted.
 */
final class RequestMetrics {

  /** From a pupil who waits for nobody to the longest deadline, {@code request.max-deadline}. */
  private static final int[] BUCKETS_IN_SECONDS = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800};

  /** Some megabytes at most, if outcomes should ever fail to come. */
  private static final int MOST_RUNNING = 50_000;

  private final Map<Event.Type, Counter> ended = new EnumMap<>(Event.Type.class);
  private final Histogram latency;
  private final Map<Duration, Counter> took = new LinkedHashMap<>();
  private final Map<String, Instant> running = new LinkedHashMap<>();

  RequestMetrics(MetricGroup group) {
    for (Event.Type type : Event.Type.values()) {
      if (type.isOutcome()) {
        ended.put(
            type, JobMetric.REQUESTS_ENDED.counter(group, type.name().toLowerCase(Locale.ROOT)));
      }
    }
    latency = JobMetric.REQUESTS_LATENCY.histogram(group);
    for (int seconds : BUCKETS_IN_SECONDS) {
      took.put(
          Duration.ofSeconds(seconds),
          JobMetric.REQUESTS_TOOK.counter(group, String.valueOf(seconds)));
    }
    JobMetric.REQUESTS_RUNNING.gauge(group, running::size);
  }

  /** Takes an event; one without a time is only counted. */
  void read(Event.Type type, String requestId, @Nullable Instant at) {
    if (type == Event.Type.ACCEPTED && at != null) {
      running.putIfAbsent(requestId, at);
      if (running.size() > MOST_RUNNING) {
        running.remove(running.keySet().iterator().next());
      }
    } else if (type.isOutcome()) {
      Objects.requireNonNull(ended.get(type)).inc();
      Instant accepted = running.remove(requestId);
      if (accepted != null && at != null) {
        Duration waited = Duration.between(accepted, at);
        latency.update(waited.toMillis());
        took.forEach(
            (bucket, requests) -> {
              if (waited.compareTo(bucket) <= 0) {
                requests.inc();
              }
            });
      }
    }
  }
}
