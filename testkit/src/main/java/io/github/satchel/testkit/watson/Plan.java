package io.github.satchel.testkit.watson;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plan instance: a key, its slots and the classifiers in them. Safe for many threads. */
final class Plan {
  private static final Logger LOG = LoggerFactory.getLogger(Plan.class);

  private final String keyName;
  private final String apikey;
  private final int slots;
  private final int maxCallsPerSecond;
  private final @Nullable Duration reappearAfter;
  private final Clock clock;
  private final Semaphore calls;
  private final Map<String, Classifier> classifiers = new LinkedHashMap<>();
  private final List<Reappearance> reappearances = new ArrayList<>();
  private long second;
  private int callsInSecond;
  private volatile KeyState state = KeyState.ACTIVE;

  /**
   * @param reappearAfter when a classifier is back that was deleted while it trained; null if it is
   *     gone for good
   */
  Plan(
      String keyName,
      String apikey,
      int slots,
      Limits limits,
      @Nullable Duration reappearAfter,
      Clock clock) {
    this.keyName = keyName;
    this.apikey = apikey;
    this.slots = slots;
    this.maxCallsPerSecond = limits.maxCallsPerSecond();
    this.reappearAfter = reappearAfter;
    this.clock = clock;
    calls = new Semaphore(limits.maxCallsAtOnce());
  }

  String keyName() {
    return keyName;
  }

  String apikey() {
    return apikey;
  }

  KeyState state() {
    return state;
  }

  void state(KeyState state) {
    this.state = state;
  }

  /** The calls that may still begin at once. */
  Semaphore calls() {
    return calls;
  }

  /** Counts a call; false if there were too many in this second. */
  synchronized boolean countCall() {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      callsInSecond = 0;
    }
    return ++callsInSecond <= maxCallsPerSecond;
  }

  synchronized void add(Classifier classifier) throws Refusal {
    reappear();
    if (classifiers.size() >= slots) {
      throw new Refusal(Answer.planFull(slots, classifiers.size()));
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
        LOG.info("Classifier {} with key {} is back", next.classifier().id(), keyName);
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
