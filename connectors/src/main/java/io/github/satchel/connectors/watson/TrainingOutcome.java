package io.github.satchel.connectors.watson;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a training. Delivered at least once; every delivery has the same content, as it is
 * read from the training's journal.
 *
 * @param classifier present if and only if the training was uploaded
 * @param error present if and only if it failed
 * @param rejectedCredentials names of the credentials met on the way that are unknown here or that
 *     the service rejected, for whoever looks after them
 * @param at when the training ended
 */
public record TrainingOutcome(
    Training training,
    Status status,
    @Nullable Classifier classifier,
    @Nullable TrainingError error,
    List<String> rejectedCredentials,
    Instant at) {

  /** How a training ended. */
  public enum Status {
    UPLOADED,
    FAILED
  }
}
