package io.github.satchel.connectors.watson;

import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

/** The registered {@link WatsonCounter}s. Thread-safe. */
final class WatsonSinkMetrics {

  private final Map<WatsonCounter, Counter> counters = new EnumMap<>(WatsonCounter.class);

  WatsonSinkMetrics(MetricGroup group) {
    for (WatsonCounter counter : WatsonCounter.values()) {
      counters.put(counter, group.counter(counter.metricName(), new ThreadSafeSimpleCounter()));
    }
  }

  void inc(WatsonCounter counter) {
    Counter registered = counters.get(counter);
    if (registered != null) {
      registered.inc();
    }
  }
}
