package io.github.satchel.testkit.watson;

import java.io.IOException;
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
   * Adds a call, and numbers it.
   *
   * @param classifier what a create or update that succeeded has left
   */
  synchronized void add(Call unnumbered, @Nullable Classifier classifier) throws IOException {
    Call call = unnumbered.numbered(count + 1);
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
