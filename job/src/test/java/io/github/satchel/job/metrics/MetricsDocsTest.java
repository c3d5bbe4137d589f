package io.github.satchel.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class MetricsDocsTest {

  @Test
  void thePageOfMetricsIsWhatTheCodeSays() throws Exception {
    Path page = Path.of("..", "docs", "metrics.md");

    if (Boolean.getBoolean("docs.update")) {
      Files.writeString(page, MetricsDocs.render());
    }
    assertThat(page)
        .as("stale; ./mvnw -pl job -am test -Ddocs.update=true writes it anew")
        .hasContent(MetricsDocs.render());
  }

  @Test
  void noTwoMetricsHaveOneName() {
    assertThat(Arrays.stream(JobMetric.values()).map(JobMetric::exportedName))
        .doesNotHaveDuplicates();
  }

  @Test
  void aMetricIsRegisteredAsWhatItIs() {
    var operator = new UnregisteredMetricsGroup();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobMetric.FETCH_LATENCY.counter(operator))
        .withMessageContaining("FETCH_LATENCY is a HISTOGRAM");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobMetric.FETCH_FAILED.counter(operator))
        .withMessageContaining("code");
  }
}
