package io.github.satchel.job.window;

import io.github.satchel.job.metrics.JobMetric;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/** Which windows are open, and how long they were. Times are processing times in milliseconds. */
final class WindowMetrics {

  private final Histogram wait;
  private final Map<String, Long> open = new HashMap<>();

  WindowMetrics(MetricGroup operator) {
    wait = JobMetric.WINDOW_WAIT.histogram(operator);
    JobMetric.WINDOW_OPEN.gauge(operator, open::size);
  }

  void opened(String requestId, long now) {
    open.put(requestId, now);
  }

  void closed(String requestId, long now) {
    Long since = open.remove(requestId);
    if (since != null) {
      wait.update(now - since);
    }
  }
}
