package io.github.satchel.bench.comparison;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.satchel.testkit.report.Burst;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The figures of several rounds of the job, and of a peer in turns with it; its JSON is what {@code
 * bench burst --rounds N --json} prints.
 *
 * @param peer what the job is measured against, null if against nothing
 * @param medians of each figure over the rounds
 * @param ratio medians of the rounds' ratios, null without a peer
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Comparison(
    String type, @Nullable String peer, List<Round> rounds, Round medians, @Nullable Ratio ratio) {

  /** One round of the job, and of its peer. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Round(RoundFigures job, @Nullable RoundFigures peer) {}

  /** The job's figure by the peer's. More is better of images a CPU-second, less of all others. */
  public record Ratio(
      double imagesPerCpuSecond,
      double imagesPerCpuSecondOfAll,
      double lastPupil,
      double meanPupil,
      double p95Pupil,
      double peakMemory) {}

  /**
   * Compares.
   *
   * @param peer what the job was measured against, null if against nothing
   * @param rounds at least one
   */
  public static Comparison of(@Nullable String peer, List<Round> rounds) {
    RoundFigures job = RoundFigures.median(rounds.stream().map(Round::job).toList());
    if (peer == null) {
      return new Comparison("burst", null, rounds, new Round(job, null), null);
    }
    RoundFigures other =
        RoundFigures.median(rounds.stream().map(Round::peer).map(Objects::requireNonNull).toList());
    return new Comparison(
        "burst",
        peer,
        rounds,
        new Round(job, other),
        new Ratio(
            ratio(rounds, RoundFigures::imagesPerCpuSecond),
            ratio(rounds, RoundFigures::imagesPerCpuSecondOfAll),
            ratio(rounds, RoundFigures::lastPupil),
            ratio(rounds, RoundFigures::meanPupil),
            ratio(rounds, RoundFigures::p95Pupil),
            ratio(rounds, RoundFigures::peakMemory)));
  }

  /** What was not as expected in any round. */
  public List<String> complaints() {
    return Stream.of(medians.job, medians.peer)
        .filter(Objects::nonNull)
        .flatMap(figures -> figures.complaints().stream())
        .toList();
  }

  private static double ratio(List<Round> rounds, ToDoubleFunction<RoundFigures> figure) {
    return Burst.round(
        Median.of(
            rounds.stream()
                .map(
                    round ->
                        figure.applyAsDouble(round.job)
                            / figure.applyAsDouble(Objects.requireNonNull(round.peer)))
                .toList()));
  }
}
