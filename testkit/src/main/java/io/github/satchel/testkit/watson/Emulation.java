package io.github.satchel.testkit.watson;

import io.github.satchel.trainer.api.Classifiers;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.api.Refusal;
import io.github.satchel.trainer.api.TrainingData;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Pretends to train: a classifier is ready when its time is over, and finds all classes alike. */
final class Emulation implements Classifiers {
  private final Map<String, Plan> plans;
  private final Clock clock;
  private final Duration trainingTime;
  private final Faults faults;

  /**
   * @param plans by the names of their keys
   */
  Emulation(Map<String, Plan> plans, Clock clock, Duration trainingTime, Faults faults) {
    this.plans = plans;
    this.clock = clock;
    this.trainingTime = trainingTime;
    this.faults = faults;
  }

  @Override
  public List<io.github.satchel.trainer.api.Classifier> list(Key key) {
    Instant now = clock.instant();
    return plan(key).classifiers().stream().map(one -> one.shown(now)).toList();
  }

  @Override
  public io.github.satchel.trainer.api.Classifier get(Key key, String id) throws Refusal {
    return plan(key).get(id).shown(clock.instant());
  }

  @Override
  public io.github.satchel.trainer.api.Classifier create(
      Key key, String id, TrainingData data, boolean optedOut) throws Refusal {
    Instant now = clock.instant();
    var created =
        new Classifier(
            id,
            String.valueOf(data.name()),
            key.name(),
            now,
            now,
            now.plus(trainingTime),
            faults.nextTraining(key.name()),
            data.classes(),
            optedOut);
    plan(key).add(created);
    return created.shown(now);
  }

  @Override
  public io.github.satchel.trainer.api.Classifier update(Key key, String id, TrainingData data)
      throws Refusal {
    Instant now = clock.instant();
    String failure = faults.nextTraining(key.name());
    return plan(key)
        .replace(id, old -> old.retrained(data.classes(), now, now.plus(trainingTime), failure))
        .shown(now);
  }

  @Override
  public io.github.satchel.trainer.api.Classifier delete(Key key, String id) throws Refusal {
    return plan(key).remove(id).shown(clock.instant());
  }

  @Override
  public List<Score> classify(Key key, String id, byte[] picture) throws Refusal {
    List<String> classes = plan(key).get(id).classes();
    return classes.stream().map(name -> new Score(name, 1.0 / classes.size())).toList();
  }

  private Plan plan(Key key) {
    Plan plan = plans.get(key.name());
    if (plan == null) {
      throw new IllegalStateException("a key without a plan: " + key.name());
    }
    return plan;
  }
}
