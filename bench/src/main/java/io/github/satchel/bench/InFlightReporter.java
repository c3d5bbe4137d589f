package io.github.satchel.bench;

import java.util.Properties;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.jspecify.annotations.Nullable;

/** Gives access to the gauge {@code fetch.memory.used} of the job that runs in this process. */
public final class InFlightReporter implements MetricReporter, MetricReporterFactory {

  private static volatile @Nullable Gauge<?> inFlight;

  /** The bytes in flight now; 0 while no job runs. */
  static long bytes() {
    Gauge<?> gauge = inFlight;
    return gauge == null ? 0 : (Long) gauge.getValue();
  }

  @Override
  public MetricReporter createMetricReporter(Properties properties) {
    return this;
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    if (metric instanceof Gauge<?> gauge
        && group.getMetricIdentifier(name).endsWith(".fetch.memory.used")) {
      inFlight = gauge;
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    if (metric.equals(inFlight)) {
      inFlight = null;
    }
  }
}
