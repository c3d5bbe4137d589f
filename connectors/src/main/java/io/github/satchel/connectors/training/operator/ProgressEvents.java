package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Tells how far an upload is: not more often than every interval, and never less than before, also
 * when it begins anew. Used by one thread.
 */
final class ProgressEvents implements LongConsumer {

  private final Training training;
  private final long intervalNanos;
  private final Consumer<TrainingEvent> events;
  private final Clock clock;
  private long lastAt = System.nanoTime();
  private long lastBytes;

  ProgressEvents(
      Training training, Duration interval, Consumer<TrainingEvent> events, Clock clock) {
    this.training = training;
    this.intervalNanos = interval.toNanos();
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void accept(long bytes) {
    // The form around the archives counts for nothing.
    long archived = Math.min(bytes, training.bytes());
    if (archived > lastBytes && System.nanoTime() - lastAt >= intervalNanos) {
      lastAt = System.nanoTime();
      lastBytes = archived;
      events.accept(
          new TrainingEvent(
              training,
              Kind.UPLOADING,
              clock.instant(),
              null,
              null,
              new TrainingEvent.Upload(List.of(), List.of(), archived)));
    }
  }
}
