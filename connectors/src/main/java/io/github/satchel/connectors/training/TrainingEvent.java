package io.github.satchel.connectors.training;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a training. Delivered at least once; but for {@link Kind#UPLOADING}, every
 * delivery has the same content, as it is read from the training's journal.
 *
 * @param training after an outcome without its archives
 * @param at when it happened
 * @param classifier present if the training was uploaded, as it was when the event says
 * @param error present with {@link Kind#FAILED}, {@link Kind#TRAINING_FAILED} and {@link
 *     Kind#TRAINING_UNKNOWN}, and with {@link Kind#WITHDRAWN} if the classifier is still there
 * @param upload how the upload went
 */
public record TrainingEvent(
    Training training,
    Kind kind,
    Instant at,
    @Nullable Classifier classifier,
    @Nullable TrainingError error,
    Upload upload) {

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
    TRAINING_UNKNOWN,
    /**
     * The training was withdrawn. The classifier is the one that was deleted, or with an error the
     * one that could not be; without either there was none, or none is known.
     */
    WITHDRAWN;

    /** Whether the training's upload ends with this. */
    public boolean isOutcome() {
      return this == UPLOADED || this == FAILED;
    }
  }

  /**
   * How an upload went.
   *
   * @param rejectedCredentials those met on the way that are unknown here or that the service
   *     rejected, for whoever looks after them
   * @param deletedFirst those of {@link Training#replaces} that were deleted before the create,
   *     because there was no room; what is deleted after it is not listed
   * @param sentBytes with {@link Kind#UPLOADING}: bytes that the service has accepted
   */
  public record Upload(
      List<RejectedCredentials> rejectedCredentials, List<String> deletedFirst, long sentBytes) {

    public static final Upload NONE = new Upload(List.of(), List.of(), 0);
  }

  /**
   * Credentials that could not be used.
   *
   * @param reason why they could not even be tried; null if the service rejected them
   */
  public record RejectedCredentials(String name, @Nullable String reason) {}
}
