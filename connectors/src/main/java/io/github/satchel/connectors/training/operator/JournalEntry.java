package io.github.satchel.connectors.training.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a training got: the content of its journal.
 *
 * @param create the create that may have been sent; null if that cannot be told, or it ended
 * @param upload what was met on the way
 * @param classifier what was created, if the training was uploaded
 * @param error why not, if it failed
 * @param completedAt when it ended
 */
public record JournalEntry(
    State state,
    @Nullable Create create,
    TrainingEvent.Upload upload,
    @Nullable Classifier classifier,
    @Nullable TrainingError error,
    @Nullable Instant completedAt) {

  public JournalEntry {
    upload = Objects.requireNonNullElse(upload, TrainingEvent.Upload.NONE);
  }

  public enum State {
    /** A create may have been sent; what became of it is not known. */
    @JsonProperty("creating")
    CREATING,
    /** The training has ended. */
    @JsonProperty("completed")
    COMPLETED
  }

  /**
   * A create that may have been sent.
   *
   * @param credentials name of those under which it is sent
   * @param classifierName what it is to be called, for people who read the journal
   * @param existing ids of the classifiers of the same name that were there before
   */
  public record Create(
      String credentials, String classifierName, Instant startedAt, List<String> existing) {}

  /**
   * What became of an uploaded training: a file of its own, written once.
   *
   * @param status of the classifier when that was asked for the last time
   * @param error unless it is ready
   */
  public record Conclusion(
      TrainingEvent.Kind kind, String status, @Nullable TrainingError error, Instant at) {}

  public static JournalEntry creating(Create create, TrainingEvent.Upload upload) {
    return new JournalEntry(State.CREATING, create, upload, null, null, null);
  }

  public static JournalEntry uploaded(
      Classifier classifier, TrainingEvent.Upload upload, Instant at) {
    return new JournalEntry(State.COMPLETED, null, upload, classifier, null, at);
  }

  public static JournalEntry failed(TrainingError error, TrainingEvent.Upload upload, Instant at) {
    return new JournalEntry(State.COMPLETED, null, upload, null, error, at);
  }

  /**
   * Stands for a journal that is there but makes no sense: a create may have been sent somewhere.
   */
  static JournalEntry unreadable() {
    return new JournalEntry(State.CREATING, null, TrainingEvent.Upload.NONE, null, null, null);
  }

  /** Names of the credentials under which the create may have been sent; null if any. */
  public @Nullable String credentials() {
    return create == null ? null : create.credentials();
  }

  public List<String> existing() {
    return create == null ? List.of() : create.existing();
  }
}
