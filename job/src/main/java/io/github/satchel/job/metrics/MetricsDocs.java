package io.github.satchel.job.metrics;

import io.github.satchel.connectors.training.TrainingCounter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Makes {@code docs/metrics.md} of {@link JobMetric} and the sink's counters. */
final class MetricsDocs {

  /** Of the connectors, which know nothing of the job. */
  private static final String TRAINERS =
      """
      | `trainer_upload` | histogram | ms | | From the turn of a training to its outcome, of both trainers. |
      | `pendingTrainings` | gauge | trainings | | Trainings without an outcome. |
      | `runningFollowUps` | gauge | steps | | What is being done after outcomes: asking what became of a classifier, deleting one that was replaced. |
      """;

  private MetricsDocs() {}

  /** The page, in Markdown. */
  static String render() {
    return """
    # Metrics

    As Prometheus sees them, each with `flink_taskmanager_job_task_operator_` before it, and with the labels `job_name`,
    `task_name`, `operator_name`, `subtask_index`, `task_attempt_id` and those named here. A histogram is a summary of the latest
    1,000 values of a subtask (`quantile` 0.5, 0.75, 0.95, 0.98, 0.99, 0.999, and `_count`).

    This page is generated from `JobMetric`, and a test fails when it is stale.

    | metric | kind | unit | labels | |
    |---|---|---|---|---|
    """
        + Arrays.stream(JobMetric.values()).map(MetricsDocs::row).collect(Collectors.joining())
        + TRAINERS
        + Arrays.stream(TrainingCounter.values())
            .map(MetricsDocs::row)
            .collect(Collectors.joining());
  }

  private static String row(TrainingCounter counter) {
    return "| `trainer_%s` | counter | times | | %s |%n"
        .formatted(counter.metricName(), counter.description());
  }

  private static String row(JobMetric metric) {
    return "| `%s` | %s | %s | %s | %s |%n"
        .formatted(
            metric.exportedName(),
            metric.kind().name().toLowerCase(Locale.ROOT),
            metric.unit(),
            metric.labels().stream()
                .map(label -> '`' + label + '`')
                .collect(Collectors.joining(", ")),
            metric.description());
  }
}
