package io.github.satchel.testkit.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

  @Test
  void eachPercentileIsAValueThatOccurred() {
    Percentiles hundred =
        new Percentiles(IntStream.rangeClosed(1, 100).mapToObj(Duration::ofSeconds).toList());

    assertThat(hundred.at(50)).isEqualTo(Duration.ofSeconds(50));
    assertThat(hundred.at(95)).isEqualTo(Duration.ofSeconds(95));
    assertThat(hundred.at(100)).isEqualTo(Duration.ofSeconds(100));
  }

  @Test
  void orderAndNumberOfValuesDoNotMatter() {
    Percentiles three =
        new Percentiles(
            List.of(Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofSeconds(2)));
    Percentiles one = new Percentiles(List.of(Duration.ofSeconds(7)));

    assertThat(three.at(50)).isEqualTo(Duration.ofSeconds(2));
    assertThat(three.at(95)).isEqualTo(Duration.ofSeconds(3));
    assertThat(one.at(1)).isEqualTo(one.at(100)).isEqualTo(Duration.ofSeconds(7));
  }
}
