package io.github.satchel.testkit.watson;

import io.github.satchel.trainer.api.Answer;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.api.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plan instance: a key, its slots and the classifiers in them. Safe for many threads. */
final class Plan {
  private static final Logger LOG = LoggerFactory.getLogger(Plan.class);

  private final Key key;
  private final @Nullable Duration reappearAfter;
  private final Clock clock;
  private final Map<String, Classifier> classifiers = new LinkedHashMap<>();
  private final List<Reappearance> reappearances = new ArrayList<>();

  /**
   * @param reappearAfter when a classifier is back that was deleted while it trained; null if it is
   *     gone for good
   */
  Plan(Key key, @Nullable Duration reappearAfter, Clock clock) {
    this.key = key;
    this.reappearAfter = reappearAfter;
    this.clock = clock;
  }

  Key key() {
    return key;
  }

  synchronized void add(Classifier classifier) throws Refusal {
    reappear();
    if (classifiers.size() >= key.slots()) {
      throw new Refusal(Answer.planFull(key.slots(), classifiers.size()));
    }
    classifiers.put(classifier.id(), classifier);
  }

  /** Takes a classifier as it was before the emulator ended. */
  synchronized void restore(Classifier classifier) {
    classifiers.put(classifier.id(), classifier);
  }

  /** Does without a classifier that was deleted before the emulator ended. */
  synchronized void forget(String id) {
    classifiers.remove(id);
  }

  synchronized Classifier get(String id) throws Refusal {
    reappear();
    return found(classifiers.get(id));
  }

  synchronized Classifier replace(String id, UnaryOperator<Classifier> change) throws Refusal {
    reappear();
    return found(classifiers.computeIfPresent(id, (key, old) -> change.apply(old)));
  }

  synchronized Classifier remove(String id) throws Refusal {
    reappear();
    Classifier removed = found(classifiers.remove(id));
    Instant now = clock.instant();
    if (reappearAfter != null && now.isBefore(removed.trainedAt())) {
      reappearances.add(new Reappearance(removed, now.plus(reappearAfter)));
    }
    return removed;
  }

  /** One that is there, or null. */
  synchronized @Nullable Classifier find(String id) {
    return classifiers.get(id);
  }

  synchronized List<Classifier> classifiers() {
    reappear();
    return List.copyOf(classifiers.values());
  }

  /** Back even into a plan that has become full meanwhile. */
  private void reappear() {
    Instant now = clock.instant();
    for (Iterator<Reappearance> all = reappearances.iterator(); all.hasNext(); ) {
      Reappearance next = all.next();
      if (!now.isBefore(next.at())) {
        all.remove();
        classifiers.put(next.classifier().id(), next.classifier());
        LOG.info("Classifier {} with key {} has reappeared", next.classifier().id(), key.name());
      }
    }
  }

  private static Classifier found(@Nullable Classifier classifier) throws Refusal {
    if (classifier == null) {
      throw new Refusal(Answer.NOT_FOUND);
    }
    return classifier;
  }

  private record Reappearance(Classifier classifier, Instant at) {}
}
