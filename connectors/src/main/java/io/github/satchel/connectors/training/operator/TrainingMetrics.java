package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.TrainingCounter;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

/** The registered {@link TrainingCounter}s. Thread-safe. */
public final class TrainingMetrics {

  /** The group of these metrics in that of the sink. */
  static final String GROUP = "trainer";

  private final Map<TrainingCounter, Counter> counters = new EnumMap<>(TrainingCounter.class);

  public TrainingMetrics(MetricGroup group) {
    for (TrainingCounter counter : TrainingCounter.values()) {
      counters.put(counter, group.counter(counter.metricName(), new ThreadSafeSimpleCounter()));
    }
  }

  public void inc(TrainingCounter counter) {
    Counter registered = counters.get(counter);
    if (registered != null) {
      registered.inc();
    }
  }
}
