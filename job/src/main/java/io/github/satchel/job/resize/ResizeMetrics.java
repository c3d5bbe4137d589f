package io.github.satchel.job.resize;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.resize.kernel.JavaKernel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/** The metrics of the resize stage, see {@link JobMetric}. */
final class ResizeMetrics {

  private final MetricGroup operator;
  private final Counter notKept;
  private final Histogram latency;
  private final Map<String, Counter> counters = new HashMap<>();

  ResizeMetrics(MetricGroup operator, String kernel, Gauge<Integer> hungDecoders) {
    this.operator = operator;
    notKept = JobMetric.RESIZE_NOT_KEPT.counter(operator);
    latency = JobMetric.RESIZE_LATENCY.histogram(operator);
    int isNative = kernel.equals(JavaKernel.NAME) ? 0 : 1;
    JobMetric.RESIZE_NATIVE.gauge(operator, () -> isNative);
    JobMetric.RESIZE_HUNG.gauge(operator, hungDecoders);
    // From zero, so that the first one is seen as an increase.
    failed(FailureCode.IMAGE_UNSUPPORTED);
    failed(FailureCode.IMAGE_TOO_MANY_PIXELS);
  }

  /** Counts resized pictures that the cache could not take. */
  Counter notKept() {
    return notKept;
  }

  void count(Outcome outcome, Duration took) {
    latency.update(took.toMillis());
    if (outcome instanceof Outcome.Resized resized) {
      String format = resized.type().name().toLowerCase(Locale.ROOT);
      counters
          .computeIfAbsent(
              resized.kernel() + '/' + format,
              key -> JobMetric.RESIZE_RESIZED.counter(operator, resized.kernel(), format))
          .inc();
    } else if (outcome instanceof Outcome.Refused refused) {
      failed(refused.problem().code()).inc();
    }
  }

  private Counter failed(FailureCode code) {
    return counters.computeIfAbsent(
        code.wire(), wire -> JobMetric.RESIZE_FAILED.counter(operator, wire));
  }
}
