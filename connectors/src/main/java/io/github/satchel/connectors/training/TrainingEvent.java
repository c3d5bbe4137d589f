package io.github.satchel.connectors.training;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sink says of a training. Delivered at least once; but for {@link Kind#UPLOADING}, every
 * delivery has the same content, as it is read from the training's journal.
 *
 * @param classifier present if the training was uploaded, as it was when the event says
 * @param error present with {@link Kind#FAILED}, {@link Kind#TRAINING_FAILED} and {@link
 *     Kind#TRAINING_UNKNOWN}
 * @param rejectedCredentials names of the credentials met on the way that are unknown here or that
 *     the service rejected, for whoever looks after them
 * @param rejectionReasons why some of these could not even be tried, by name
 * @param deletedFirst those of {@link Training#replaces} that were deleted before the create,
 *     because there was no room; what is deleted after it is not listed
 * @param sentBytes with {@link Kind#UPLOADING}: bytes of this upload that the service has accepted
 * @param at when it happened
 */
public record TrainingEvent(
    Training training,
    Kind kind,
    @Nullable Classifier classifier,
    @Nullable TrainingError error,
    List<String> rejectedCredentials,
    Map<String, String> rejectionReasons,
    List<String> deletedFirst,
    long sentBytes,
    Instant at) {

  /** The kinds of event. Every training has exactly one outcome. */
  public enum Kind {
    /** The upload takes long and has come this far. */
    UPLOADING,
    /** Outcome: the classifier is created, or the receiver has taken the archives. */
    UPLOADED,
    /** Outcome: it is not, and will not be. */
    FAILED,
    /** After {@link #UPLOADED}: the classifier can be used. */
    READY,
    /** After {@link #UPLOADED}: the service could not learn from the examples. */
    TRAINING_FAILED,
    /** After {@link #UPLOADED}: what became of the classifier was not to be learnt in time. */
    TRAINING_UNKNOWN;

    /** Whether the training's upload ends with this. */
    public boolean isOutcome() {
      return this == UPLOADED || this == FAILED;
    }
  }
}
