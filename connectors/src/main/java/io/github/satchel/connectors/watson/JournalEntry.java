package io.github.satchel.connectors.watson;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a training got: the content of its journal.
 *
 * @param credentials name of those under which a create is sent; null if that cannot be told
 * @param classifierName what it is to be called, for people who read the journal
 * @param existing ids of the classifiers of the same name that were there before the create
 * @param rejectedCredentials names of the credentials rejected so far
 * @param classifier what was created, if the training was uploaded
 * @param error why not, if it failed
 */
record JournalEntry(
    State state,
    @Nullable String credentials,
    @Nullable String classifierName,
    @Nullable Instant startedAt,
    List<String> existing,
    List<String> rejectedCredentials,
    @Nullable Classifier classifier,
    @Nullable TrainingError error,
    @Nullable Instant completedAt) {

  enum State {
    /** A create may have been sent; what became of it is not known. */
    @JsonProperty("creating")
    CREATING,
    /** The training has ended. */
    @JsonProperty("completed")
    COMPLETED
  }

  static JournalEntry creating(
      String credentials,
      String classifierName,
      Instant startedAt,
      List<String> existing,
      List<String> rejected) {
    return new JournalEntry(
        State.CREATING,
        credentials,
        classifierName,
        startedAt,
        existing,
        rejected,
        null,
        null,
        null);
  }

  static JournalEntry uploaded(Classifier classifier, List<String> rejected, Instant at) {
    return new JournalEntry(
        State.COMPLETED,
        classifier.credentials(),
        classifier.name(),
        null,
        List.of(),
        rejected,
        classifier,
        null,
        at);
  }

  static JournalEntry failed(TrainingError error, List<String> rejected, Instant at) {
    return new JournalEntry(
        State.COMPLETED, null, null, null, List.of(), rejected, null, error, at);
  }

  /**
   * Stands for a journal that is there but makes no sense: a create may have been sent somewhere.
   */
  static JournalEntry unreadable() {
    return new JournalEntry(
        State.CREATING, null, null, null, List.of(), List.of(), null, null, null);
  }
}
