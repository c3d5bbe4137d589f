package io.github.satchel.job.fetch.web;

import java.util.ArrayList;
import java.util.List;

/**
 * Gives up everything that is going on for a download. What is already over when it is given up
 * must not mind.
 */
public final class Cancellation {

  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Adds something to give up, which happens at once if the rest has been given up already. */
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }

  public void cancel() {
    List<Runnable> all;
    synchronized (this) {
      cancelled = true;
      all = List.copyOf(actions);
      actions.clear();
    }
    all.forEach(Runnable::run);
  }
}
