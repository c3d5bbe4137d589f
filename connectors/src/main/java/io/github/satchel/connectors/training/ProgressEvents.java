package io.github.satchel.connectors.training;

import io.github.satchel.connectors.training.TrainingEvent.Kind;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells how far an upload is: not more often than every interval, and never less than before, also
 * when it begins anew. Used by one thread.
 */
final class ProgressEvents implements UploadProgress {

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
  public void sent(long bytes) {
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
