package io.github.satchel.bench.burst;

import io.github.satchel.bench.burst.RetrainResult.Trainings;
import io.github.satchel.bench.world.World;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import io.github.satchel.testkit.report.Percentiles;
import io.github.satchel.testkit.report.RequestLog.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Pupils train one after another, and then each once more with some other pictures. */
public final class Retraining {

  /** The job keeps pictures behind the back of its requests; it is done when nothing more comes. */
  private static final Duration QUIET = Duration.ofSeconds(3);

  private static final Duration POLL = Duration.ofMillis(100);

  private final World world;
  private final LoadFactory factory;
  private final int fresh;
  private final Duration patience;
  private final List<String> complaints = new ArrayList<>();

  /**
   * Trainings on a world whose job keeps pictures.
   *
   * @param fresh pictures of a second training that the first had not
   * @param patience how long to wait for an outcome
   */
  public Retraining(World world, LoadFactory factory, int fresh, Duration patience) {
    this.world = world;
    this.factory = factory;
    this.fresh = fresh;
    this.patience = patience;
  }

  /** Has a class train together, and train again, so that nothing is done for the first time. */
  public void warmUp(List<Load> pupils) throws IOException, InterruptedException {
    world.warmUp(pupils, patience);
    awaitKept(images(pupils));
    world.serve(again(pupils), Duration.ZERO, patience);
    awaitKept(images(pupils) + (long) pupils.size() * fresh);
  }

  /** Measures. */
  public RetrainResult measure(List<Load> pupils) throws IOException, InterruptedException {
    long before = world.services().picturesKept();
    Trainings first = train(pupils);
    long kept = awaitKept(before + images(pupils)) - before;
    Trainings second = train(again(pupils));
    return new RetrainResult(
        "retrain",
        pupils.size(),
        pupils.get(0).images(),
        fresh,
        kept,
        first,
        second,
        List.copyOf(complaints));
  }

  private static long images(List<Load> pupils) {
    return pupils.stream().mapToLong(Load::images).sum();
  }

  private List<Load> again(List<Load> pupils) {
    return pupils.stream().map(pupil -> factory.again(pupil, fresh)).toList();
  }

  private Trainings train(List<Load> pupils) throws IOException, InterruptedException {
    long asked = world.services().picturesAsked();
    long resized = world.resized();
    List<Duration> times = new ArrayList<>();
    for (Load pupil : pupils) {
      Entry entry = world.serve(List.of(pupil), Duration.ZERO, patience).entries().get(0);
      times.add(Objects.requireNonNullElse(entry.time(), patience));
      if (!entry.endedAsExpected()) {
        complaints.add(pupil.requestId() + " ended as " + Burst.ending(entry));
      }
    }
    Percentiles percentiles = new Percentiles(times);
    double count = pupils.size();
    return new Trainings(
        Burst.round((world.services().picturesAsked() - asked) / count),
        Burst.round((world.resized() - resized) / count),
        Burst.round(Burst.seconds(percentiles.at(50))),
        Burst.round(Burst.seconds(percentiles.at(0))),
        Burst.round(Burst.seconds(percentiles.at(100))));
  }

  /** Waits until so many pictures are kept, or no more come, and says how many are. */
  private long awaitKept(long wanted) throws IOException, InterruptedException {
    long kept = world.services().picturesKept();
    long end = System.nanoTime() + QUIET.toNanos();
    while (kept < wanted && System.nanoTime() < end) {
      Thread.sleep(POLL.toMillis());
      long now = world.services().picturesKept();
      if (now != kept) {
        kept = now;
        end = System.nanoTime() + QUIET.toNanos();
      }
    }
    return kept;
  }
}
