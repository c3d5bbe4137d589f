package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.satchel.connectors.training.Training;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class WatsonSinkBuilderTest {

  private static WatsonSinkBuilder<Training> complete() {
    return WatsonSink.<Training>builder()
        .setElementConverter(training -> training)
        .setEventSink(new CollectingSink("builder", 0))
        .setCredentialsResolver(name -> Optional.empty());
  }

  @Test
  void theDefaultsAreFineAndTheSinkIsSerializable() throws Exception {
    assertThat(InstantiationUtil.clone(complete().build())).isNotNull();
  }

  @Test
  void whatIsRequiredIsNamed() {
    assertThatThrownBy(() -> WatsonSink.<Training>builder().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The sink needs an element converter");
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertRefused(sink -> sink.setMaxConcurrentUploads(0), "Concurrent uploads must be positive");
    assertRefused(sink -> sink.setMaxAttempts(0), "Attempts must be positive");
    assertRefused(sink -> sink.setUploadTimeout(Duration.ZERO), "upload time-out must be positive");
    assertRefused(sink -> sink.setConnectTimeout(Duration.ZERO), "connect time-out must be");
    assertRefused(sink -> sink.setResponseTimeout(Duration.ZERO), "response time-out must be");
    assertRefused(sink -> sink.setInitialBackoff(Duration.ZERO), "initial back-off must be");
    assertRefused(
        sink -> sink.setMaxBackoff(Duration.ofMillis(1)), "must not be below the initial");
    assertRefused(sink -> sink.setMaxRetryAfter(Duration.ofSeconds(-1)), "must not be negative");
    assertRefused(sink -> sink.setIdleTimeout(Duration.ZERO), "idle time-out must be");
    assertRefused(sink -> sink.setProgressInterval(Duration.ZERO), "progress interval must be");
    assertRefused(sink -> sink.setMaxUploadBytes(0), "bytes of concurrent uploads must be");
    assertRefused(sink -> sink.setMaxCallsPerKey(0), "calls per key must be positive");
    assertRefused(sink -> sink.setCoolDown(Duration.ofSeconds(-1)), "cool-down must not be");
    assertRefused(sink -> sink.setDeleteAgainAfter(Duration.ofSeconds(-1)), "second deletion");
    assertRefused(sink -> sink.setFollowLimit(Duration.ZERO), "follow limit must be positive");
    assertRefused(
        sink -> sink.setFollowIntervals(Duration.ofSeconds(2), Duration.ofSeconds(1)),
        "must not be below the first one");
    assertRefused(sink -> sink.setVersion("latest"), "must be a date like 2018-03-19, not latest");
    assertRefused(sink -> sink.setIamUrl("iam.example"), "IAM url must be an absolute http");
  }

  private static void assertRefused(
      UnaryOperator<WatsonSinkBuilder<Training>> setting, String message) {
    assertThatThrownBy(() -> setting.apply(complete()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
