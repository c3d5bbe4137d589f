package io.github.satchel.local.watson;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A plan instance: a key, its slots and the classifiers in them. Safe for many threads. */
final class Plan {
  private final String keyName;
  private final String apikey;
  private final int slots;
  private final Semaphore calls;
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final Map<String, Classifier> classifiers = new LinkedHashMap<>();
  private volatile KeyState state = KeyState.ACTIVE;

  Plan(String keyName, String apikey, int slots, int maxCallsAtOnce) {
    this.keyName = keyName;
    this.apikey = apikey;
    this.slots = slots;
    calls = new Semaphore(maxCallsAtOnce);
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

  Queue<Fault> faults() {
    return faults;
  }

  Semaphore calls() {
    return calls;
  }

  synchronized void add(Classifier classifier) throws Refusal {
    if (classifiers.size() >= slots) {
      throw new Refusal(Answer.planFull(slots, classifiers.size()));
    }
    classifiers.put(classifier.id(), classifier);
  }

  synchronized Classifier get(String id) throws Refusal {
    return found(classifiers.get(id));
  }

  synchronized Classifier replace(String id, UnaryOperator<Classifier> change) throws Refusal {
    return found(classifiers.computeIfPresent(id, (key, old) -> change.apply(old)));
  }

  synchronized void remove(String id) throws Refusal {
    found(classifiers.remove(id));
  }

  synchronized List<Classifier> classifiers() {
    return List.copyOf(classifiers.values());
  }

  private static Classifier found(@Nullable Classifier classifier) throws Refusal {
    if (classifier == null) {
      throw new Refusal(Answer.NOT_FOUND);
    }
    return classifier;
  }
}
