package io.github.satchel.job.resize;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

/**
 * Metrics of the resize stage, in the group {@code resize}: the gauge {@code native} is 1 where the
 * native kernel is in use and 0 where it is not; {@code resized} is counted by the kernel that did
 * it and the format of the picture, {@code failed} by code; {@code cache.notKept} counts pictures
 * that could not be kept.
 */
final class ResizeMetrics {

  private final MetricGroup group;
  private final Counter notKept;
  private final Map<String, Counter> counters = new HashMap<>();

  ResizeMetrics(MetricGroup parent, String kernel) {
    group = parent.addGroup("resize");
    notKept = group.addGroup("cache").counter("notKept", new ThreadSafeSimpleCounter());
    int isNative = kernel.equals(JavaKernel.NAME) ? 0 : 1;
    group.gauge("native", (Gauge<Integer>) () -> isNative);
  }

  /** Counts resized pictures that the cache could not take. */
  Counter notKept() {
    return notKept;
  }

  void count(Outcome outcome) {
    if (outcome instanceof Outcome.Resized resized) {
      String format = resized.type().name().toLowerCase(Locale.ROOT);
      counters
          .computeIfAbsent(
              resized.kernel() + '/' + format,
              key ->
                  group
                      .addGroup("kernel", resized.kernel())
                      .addGroup("format", format)
                      .counter("resized"))
          .inc();
    } else if (outcome instanceof Outcome.Refused refused) {
      String code = refused.problem().code().wire();
      counters.computeIfAbsent(code, key -> group.addGroup("code", code).counter("failed")).inc();
    }
  }
}
