package io.github.satchel.connectors.training.operator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.jspecify.annotations.Nullable;

/**
 * An operator that is keyed by an id, has timers of processing time, and leaves what blocks to
 * threads of {@link KeyedWork}. It is no function, as functions have no mailbox. It knows how far
 * checkpoints are, for what must not be undone before a failure can no longer bring it back.
 */
public abstract class KeyedOperator<OUT> extends AbstractStreamOperator<OUT>
    implements Triggerable<String, VoidNamespace> {

  /** No checkpoint: a failure would start with empty state. Flink numbers them from 1. */
  private static final long NONE = 0;

  private transient @Nullable MailboxExecutor mailbox;
  private transient @Nullable InternalTimerService<VoidNamespace> timers;
  private transient long taken;
  private transient long completed;

  /** Keys that wait for a checkpoint, with the one before they began to. */
  private transient Map<String, Long> awaiting = Map.of();

  @Override
  public void setMailboxExecutor(MailboxExecutor executor) {
    mailbox = executor;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    completed = context.getRestoredCheckpointId().orElse(NONE);
    taken = completed;
    awaiting = new HashMap<>();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    taken = context.getCheckpointId();
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    completed = Math.max(completed, checkpointId);
    List<String> survivors = new ArrayList<>();
    awaiting.forEach(
        (key, before) -> {
          if (survivesFailure(before)) {
            survivors.add(key);
          }
        });
    for (String key : survivors) {
      awaiting.remove(key);
      setCurrentKey(key);
      onSurvival(key);
    }
  }

  /** A key's state of {@link #awaitCheckpoint} survives a failure from now on; it is current. */
  protected void onSurvival(String key) throws Exception {}

  /** Has {@link #onSurvival} called once a checkpoint with the key's present state is complete. */
  public final void awaitCheckpoint(String key) {
    awaiting.put(key, taken);
  }

  /** The keys that still wait, and from now on do so no more, as no checkpoint will follow. */
  protected final List<String> drainAwaiting() {
    List<String> keys = List.copyOf(awaiting.keySet());
    awaiting.clear();
    return keys;
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("timers", VoidNamespaceSerializer.INSTANCE, this);
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("there are no such timers");
  }

  /** The checkpoint that was taken last: later ones have what happens now. */
  public final long lastCheckpoint() {
    return taken;
  }

  /**
   * Whether what happened after a checkpoint survives a failure, as a later one is complete. So it
   * counts if none ever was complete, too: a failure would start with empty state.
   */
  public final boolean survivesFailure(long checkpoint) {
    return completed == NONE || completed > checkpoint;
  }

  /** Threads for what blocks. */
  public final KeyedWork work(String name, int threads, Duration closeLimit) {
    return new KeyedWork(mailbox(), this::setCurrentKey, name, threads, closeLimit);
  }

  /** Does one thing that the mailbox holds, and waits for it if there is none. */
  protected final void yieldToMailbox() throws InterruptedException {
    mailbox().yield();
  }

  /** Processing time in milliseconds. */
  public final long now() {
    return timers().currentProcessingTime();
  }

  /** Sets a timer for the current key. */
  public final void setTimer(long time) {
    timers().registerProcessingTimeTimer(VoidNamespace.INSTANCE, time);
  }

  /** Removes a timer of the current key. */
  public final void deleteTimer(long time) {
    timers().deleteProcessingTimeTimer(VoidNamespace.INSTANCE, time);
  }

  /** A value for each key. */
  public final <T> ValueState<T> state(String name, TypeInformation<T> type) {
    return getRuntimeContext().getState(new ValueStateDescriptor<>(name, type));
  }

  /** A map for each key. */
  public final <K, V> MapState<K, V> mapState(
      String name, TypeInformation<K> keys, TypeInformation<V> values) {
    return getRuntimeContext().getMapState(new MapStateDescriptor<>(name, keys, values));
  }

  /** The keys that have something in a state, as it is now. */
  public final List<String> keysWith(String state) {
    try (Stream<String> keys =
        this.<String>getKeyedStateBackend().getKeys(state, VoidNamespace.INSTANCE)) {
      return keys.distinct().toList();
    }
  }

  private MailboxExecutor mailbox() {
    return Objects.requireNonNull(mailbox, "the task sets it");
  }

  private InternalTimerService<VoidNamespace> timers() {
    return Objects.requireNonNull(timers, "open() sets it");
  }
}
