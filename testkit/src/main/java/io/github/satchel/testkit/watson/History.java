package io.github.satchel.testkit.watson;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest calls that changed something or tried to, in order, those of a journal first. Safe for
 * many threads.
 */
final class History {
  private final int capacity;
  private final @Nullable Journal journal;
  private final Deque<Call> calls = new ArrayDeque<>();
  private long count;

  /**
   * @param journal where calls are kept, null if they are forgotten
   */
  History(int capacity, @Nullable Journal journal) {
    this.capacity = capacity;
    this.journal = journal;
    if (journal != null) {
      journal.found().forEach(entry -> remember(entry.call()));
    }
  }

  /**
   * @param classifier what a create or update that succeeded has left
   */
  synchronized void add(
      Call.Kind kind,
      String keyName,
      @Nullable String classifierId,
      @Nullable String name,
      Instant at,
      int status,
      boolean answered,
      List<Examples> examples,
      @Nullable Classifier classifier)
      throws IOException {
    Call call =
        new Call(count + 1, kind, keyName, classifierId, name, at, status, answered, examples);
    if (journal != null) {
      journal.add(new Journal.Entry(call, classifier));
    }
    remember(call);
  }

  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  private synchronized void remember(Call call) {
    if (calls.size() == capacity) {
      calls.removeFirst();
    }
    calls.addLast(call);
    count = call.number();
  }
}
