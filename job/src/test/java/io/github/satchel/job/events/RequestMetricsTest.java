package io.github.satchel.job.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Event;
import java.time.Instant;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.testutils.MetricListener;
import org.junit.jupiter.api.Test;

class RequestMetricsTest {

  private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");

  private final MetricListener listener = new MetricListener();
  private final RequestMetrics metrics = new RequestMetrics(listener.getMetricGroup());

  @Test
  void aRequestTakesFromItsAcceptanceToItsOutcome() {
    metrics.read(Event.Type.ACCEPTED, "a", START);
    metrics.read(Event.Type.PROGRESS, "a", START.plusSeconds(1));
    assertThat(running()).isEqualTo(1);

    metrics.read(Event.Type.UPLOADED, "a", START.plusSeconds(7));

    assertThat(running()).isEqualTo(0);
    assertThat(latency().getStatistics().getMax()).isEqualTo(7_000);
    assertThat(ended("uploaded")).isEqualTo(1);
    assertThat(ended("failed")).isZero();
  }

  @Test
  void aRequestCountsInEveryBucketThatItIsWithin() {
    metrics.read(Event.Type.ACCEPTED, "a", START);
    metrics.read(Event.Type.UPLOADED, "a", START.plusSeconds(5));
    metrics.read(Event.Type.ACCEPTED, "b", START);
    metrics.read(Event.Type.UPLOADED, "b", START.plusSeconds(61));

    assertThat(within("2")).isZero();
    assertThat(within("5")).isEqualTo(1);
    assertThat(within("60")).isEqualTo(1);
    assertThat(within("120")).isEqualTo(2);
  }

  @Test
  void anOutcomeThatIsToldAgainDoesNotCountAsTimeTwice() {
    metrics.read(Event.Type.ACCEPTED, "a", START);
    metrics.read(Event.Type.FAILED, "a", START.plusSeconds(7));
    metrics.read(Event.Type.FAILED, "a", START.plusSeconds(7));

    assertThat(latency().getCount()).isEqualTo(1);
  }

  @Test
  void anOutcomeOfARequestFromBeforeTheStartIsCounted() {
    metrics.read(Event.Type.STORED, "a", START);

    assertThat(ended("stored")).isEqualTo(1);
    assertThat(latency().getCount()).isZero();
  }

  private long ended(String outcome) {
    return metric(Counter.class, "requests", "outcome", outcome, "ended").getCount();
  }

  private long within(String seconds) {
    return metric(Counter.class, "requests", "le", seconds, "took").getCount();
  }

  private Histogram latency() {
    return metric(Histogram.class, "requests", "latency");
  }

  private Object running() {
    return metric(Gauge.class, "requests", "running").getValue();
  }

  private <T extends Metric> T metric(Class<T> type, String... path) {
    return listener.getMetric(type, path).orElseThrow();
  }
}
