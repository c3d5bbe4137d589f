package io.github.satchel.testkit.watson;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Says what goes wrong: what was planned, and else what chance has it. Safe for many threads. */
final class Faults {
  private static final String EXPLANATION =
      "Training failed: the classes cannot be told from each other.";
  private static final List<Fault> ERRORS =
      List.of(
          new Fault.Status(500),
          new Fault.Status(502),
          new Fault.Status(503),
          new Fault.Status(429, "1", false),
          new Fault.ErrorObject());
  private static final List<Fault> LOSSES =
      List.of(new Fault.LostAnswer(), new Fault.LostAnswer(), new Fault.Status(504, null, true));

  private final FaultRates rates;
  private final Random random;
  private final Map<Target, Queue<Fault>> planned = new ConcurrentHashMap<>();
  private final Map<String, Queue<String>> plannedTrainings = new ConcurrentHashMap<>();

  Faults(FaultRates rates) {
    this.rates = rates;
    random = new Random(rates.seed());
  }

  void plan(String keyName, Call.Kind kind, List<Fault> faults) {
    planned
        .computeIfAbsent(new Target(keyName, kind), key -> new ConcurrentLinkedQueue<>())
        .addAll(faults);
  }

  void planTrainings(String keyName, List<String> explanations) {
    plannedTrainings
        .computeIfAbsent(keyName, key -> new ConcurrentLinkedQueue<>())
        .addAll(explanations);
  }

  /** The fault of the next call; null if all goes well. */
  @Nullable Fault next(String keyName, Call.Kind kind) {
    Queue<Fault> queue = planned.get(new Target(keyName, kind));
    Fault fault = queue == null ? null : queue.poll();
    return fault == null ? byChance() : fault;
  }

  /** Why the next training fails; null if it does not. */
  @Nullable String nextTraining(String keyName) {
    Queue<String> queue = plannedTrainings.get(keyName);
    String explanation = queue == null ? null : queue.poll();
    if (explanation == null && random.nextDouble() < rates.fail()) {
      return EXPLANATION;
    }
    return explanation;
  }

  private @Nullable Fault byChance() {
    double chance = random.nextDouble();
    if (chance < rates.lose()) {
      return LOSSES.get(random.nextInt(LOSSES.size()));
    }
    if (chance < rates.lose() + rates.delay()) {
      Duration late = Duration.ofMillis(random.nextLong(rates.delayTime().toMillis() + 1));
      return random.nextBoolean() ? new Fault.Delay(late) : new Fault.SlowAnswer(late);
    }
    if (chance < rates.lose() + rates.delay() + rates.error()) {
      return ERRORS.get(random.nextInt(ERRORS.size()));
    }
    return null;
  }

  private record Target(String keyName, Call.Kind kind) {}
}
