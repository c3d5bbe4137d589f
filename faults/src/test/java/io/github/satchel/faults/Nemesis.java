package io.github.satchel.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Strikes a world with one fault after the other, in an order and with pauses that a seed
 * determines: each kind once before any comes again.
 */
final class Nemesis {

  private final World world;
  private final List<Fault> kinds;
  private final Random random;
  private final Deque<Fault> next = new ArrayDeque<>();
  private final List<Strike> strikes = new ArrayList<>();

  Nemesis(World world, List<Fault> kinds, long seed) {
    this.world = world;
    this.kinds = List.copyOf(kinds);
    random = new Random(seed);
  }

  /**
   * A fault that was.
   *
   * @param failure why it could not be brought about or mended, empty if it was
   */
  record Strike(Fault fault, Instant at, Instant healed, String failure) {}

  /** Strikes until a time. */
  List<Strike> rage(Instant end, Duration shortest, Duration longest, Duration pause)
      throws InterruptedException {
    while (Instant.now().isBefore(end)) {
      if (next.isEmpty()) {
        List<Fault> shuffled = new ArrayList<>(kinds);
        Collections.shuffle(shuffled, random);
        next.addAll(shuffled);
      }
      Duration length =
          shortest.plusMillis((long) (random.nextDouble() * longest.minus(shortest).toMillis()));
      strike(next.removeFirst(), length);
      Thread.sleep(pause.toMillis() / 2 + (long) (random.nextDouble() * pause.toMillis()));
    }
    return List.copyOf(strikes);
  }

  /** Strikes once, for so long. */
  Strike strike(Fault fault, Duration length) throws InterruptedException {
    Instant at = Instant.now();
    String failure = "";
    System.out.println(at + " " + fault + " for " + length.toMillis() + " ms");
    try {
      fault.strike(world, random);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) { // such as REST calls while another fault lasts
      failure = e.toString();
    }
    Thread.sleep(length.toMillis());
    try {
      fault.heal(world, random);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      failure += e;
    }
    Strike strike = new Strike(fault, at, Instant.now(), failure);
    if (!failure.isEmpty()) {
      System.out.println(Instant.now() + " " + fault + " did not go as meant: " + failure);
    }
    strikes.add(strike);
    return strike;
  }
}
