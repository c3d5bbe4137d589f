package io.github.satchel.bench.comparison;

import io.github.satchel.bench.comparison.Comparison.Round;
import io.github.satchel.testkit.report.Load;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Has the job, and a peer in turns with it, serve the same class several times. Who is first
 * alternates, so that a machine that slows down favours nobody.
 */
public final class Rounds {

  private final Side job;
  private final @Nullable Side peer;
  private final BiConsumer<String, RoundFigures> listener;

  /**
   * Who serves, and what.
   *
   * @param classes makes the class of each round
   */
  public record Side(String name, Contender contender, Classes classes) {}

  /** Makes the requests of a class; the same pictures for both sides. */
  public interface Classes {

    /**
     * Makes them.
     *
     * @param run tells these requests from others
     * @param first number of the first picture that is used
     */
    List<Load> of(String run, long first);
  }

  /**
   * @param peer null for the job alone
   * @param listener told each round's figures, and whose they are
   */
  public Rounds(Side job, @Nullable Side peer, BiConsumer<String, RoundFigures> listener) {
    this.job = job;
    this.peer = peer;
    this.listener = listener;
  }

  /**
   * Runs them.
   *
   * @param first number of the first picture that is used
   */
  public Comparison run(int count, long first) throws IOException, InterruptedException {
    List<Round> rounds = new ArrayList<>();
    long picture = first;
    for (int number = 1; number <= count; number++) {
      List<Load> loads = job.classes.of("round-" + number + "-" + job.name, picture);
      RoundFigures peersFirst = number % 2 == 0 ? serve(peer, number, picture) : null;
      RoundFigures jobs = serve(job, loads);
      RoundFigures peers = peersFirst == null ? serve(peer, number, picture) : peersFirst;
      rounds.add(new Round(jobs, peers));
      picture += loads.stream().mapToInt(Load::images).sum();
    }
    return Comparison.of(peer == null ? null : peer.name, rounds);
  }

  private @Nullable RoundFigures serve(@Nullable Side side, int number, long picture)
      throws IOException, InterruptedException {
    return side == null
        ? null
        : serve(side, side.classes.of("round-" + number + "-" + side.name, picture));
  }

  private RoundFigures serve(Side side, List<Load> loads) throws IOException, InterruptedException {
    RoundFigures figures = side.contender.serve(loads);
    listener.accept(side.name, figures);
    return figures;
  }
}
