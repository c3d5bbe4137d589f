package io.github.satchel.bench.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.bench.comparison.Rounds.Side;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import io.github.satchel.testkit.report.Part;
import io.github.satchel.testkit.report.ProcessUse;
import io.github.satchel.testkit.report.ProcessUse.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {

  private final List<String> served = new ArrayList<>();

  @Test
  void whoIsFirstAlternatesAndBothGetTheSamePictures() throws Exception {
    new Rounds(side("job"), side("site"), (who, figures) -> {}).run(3, 100);

    assertThat(served)
        .containsExactly(
            "round-1-job-1 100", "round-1-site-1 100",
            "round-2-site-1 120", "round-2-job-1 120",
            "round-3-job-1 140", "round-3-site-1 140");
  }

  @Test
  void withoutAPeerTheJobServesAlone() throws Exception {
    Comparison comparison = new Rounds(side("job"), null, (who, figures) -> {}).run(2, 0);

    assertThat(served).containsExactly("round-1-job-1 0", "round-2-job-1 20");
    assertThat(comparison.rounds()).hasSize(2);
    assertThat(comparison.peer()).isNull();
  }

  @Test
  void whatHadToRunCountsForAllAndWhatIsElsewhereForNobody() {
    ProcessUse use =
        new ProcessUse(
            Map.of(
                "taskmanager-1", new Usage(Part.SERVING, 4, 0),
                "kafka", new Usage(Part.NEEDED, 2, 0),
                "pictures", new Usage(Part.ELSEWHERE, 8, 0)),
            List.of());

    RoundFigures figures =
        RoundFigures.of(List.of(Duration.ofSeconds(2), Duration.ofSeconds(4)), 80, use, List.of());

    assertThat(figures.lastPupil()).isEqualTo(4);
    assertThat(figures.meanPupil()).isEqualTo(3);
    assertThat(figures.imagesPerCpuSecond()).isEqualTo(20);
    assertThat(figures.imagesPerCpuSecondOfAll()).isEqualTo(13.33);
    assertThat(figures.cpuSecondsElsewhere()).isEqualTo(8);
  }

  private Side side(String name) {
    return new Side(
        name,
        loads -> {
          Load first = loads.get(0);
          String url = first.request().findValue("url").textValue();
          served.add(first.requestId() + " " + url.replaceAll("\\D", ""));
          return new RoundFigures(1, 1, 1, 1, 1, 1, 1, List.of());
        },
        (run, first) -> new LoadFactory(n -> "http://host/" + n, first).pupils(run, 1, 2, 10));
  }
}
