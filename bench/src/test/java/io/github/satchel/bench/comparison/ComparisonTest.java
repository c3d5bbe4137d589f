package io.github.satchel.bench.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.bench.comparison.Comparison.Round;
import io.github.satchel.contract.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  @Test
  void ratiosAreMediansOfTheRoundsRatiosNotRatiosOfMedians() {
    Comparison comparison =
        Comparison.of(
            "site",
            List.of(
                new Round(figures(10, 60), figures(20, 30)), // 0.5, 2
                new Round(figures(30, 90), figures(30, 30)), // 1, 3
                new Round(figures(12, 40), figures(40, 40)))); // 0.3, 1

    assertThat(comparison.ratio()).isNotNull();
    assertThat(comparison.ratio().lastPupil()).isEqualTo(0.5);
    assertThat(comparison.ratio().imagesPerCpuSecond()).isEqualTo(2);
    assertThat(comparison.medians().job().lastPupil()).isEqualTo(12);
    assertThat(comparison.medians().job().imagesPerCpuSecond()).isEqualTo(60);
  }

  @Test
  void theMedianOfTwoRoundsIsTheirMean() {
    Comparison comparison =
        Comparison.of(
            null, List.of(new Round(figures(10, 60), null), new Round(figures(11, 50), null)));

    assertThat(comparison.medians().job().lastPupil()).isEqualTo(10.5);
    assertThat(comparison.ratio()).isNull();
  }

  @Test
  void theJsonIsOneLineWithEveryRatio() throws Exception {
    String line =
        Json.MAPPER.writeValueAsString(
            Comparison.of("site", List.of(new Round(figures(10, 60), figures(20, 30)))));

    assertThat(line).doesNotContain("\n");
    JsonNode ratio = Json.MAPPER.readTree(line).path("ratio");
    assertThat(ratio.fieldNames())
        .toIterable()
        .containsExactly(
            "imagesPerCpuSecond",
            "imagesPerCpuSecondOfAll",
            "lastPupil",
            "meanPupil",
            "p95Pupil",
            "peakMemory");
    assertThat(ratio.path("peakMemory").asDouble()).isEqualTo(1);
  }

  @Test
  void whatWasNotAsExpectedInAnyRoundIsKept() {
    RoundFigures bad = new RoundFigures(1, 1, 1, 1, 1, 1, 1, List.of("pupil 3: 2 outcomes"));

    assertThat(Comparison.of("site", List.of(new Round(figures(1, 1), bad))).complaints())
        .containsExactly("pupil 3: 2 outcomes");
  }

  private static RoundFigures figures(double last, double imagesPerCpuSecond) {
    return new RoundFigures(
        last, last / 2, last, imagesPerCpuSecond, imagesPerCpuSecond / 2, 1, 1 << 30, List.of());
  }
}
