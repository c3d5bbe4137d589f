package io.github.satchel.local.watson;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest calls that changed something or tried to, in order. Safe for many threads. */
final class History {
  private final int capacity;
  private final Deque<Call> calls = new ArrayDeque<>();
  private long count;

  History(int capacity) {
    this.capacity = capacity;
  }

  synchronized void add(
      Call.Kind kind,
      String keyName,
      @Nullable String classifierId,
      @Nullable String name,
      Instant at,
      int status,
      boolean answered,
      List<Examples> examples) {
    if (calls.size() == capacity) {
      calls.removeFirst();
    }
    calls.addLast(
        new Call(++count, kind, keyName, classifierId, name, at, status, answered, examples));
  }

  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }
}
