package io.github.satchel.connectors.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a training got: the content of its journal.
 *
 * @param credentials name of those under which a create is sent; null if that cannot be told
 * @param classifierName what it is to be called, for people who read the journal
 * @param existing ids of the classifiers of the same name that were there before the create
 * @param rejectedCredentials names of the credentials rejected so far
 * @param rejectionReasons why some of them could not even be tried, by name
 * @param deletedFirst ids of the classifiers deleted to make room
 * @param classifier what was created, if the training was uploaded
 * @param error why not, if it failed
 * @param conclusion what was heard of an uploaded training in the end
 */
record JournalEntry(
    State state,
    @Nullable String credentials,
    @Nullable String classifierName,
    @Nullable Instant startedAt,
    List<String> existing,
    List<String> rejectedCredentials,
    Map<String, String> rejectionReasons,
    List<String> deletedFirst,
    @Nullable Classifier classifier,
    @Nullable TrainingError error,
    @Nullable Instant completedAt,
    @Nullable Conclusion conclusion) {

  enum State {
    /** A create may have been sent; what became of it is not known. */
    @JsonProperty("creating")
    CREATING,
    /** The training has ended. */
    @JsonProperty("completed")
    COMPLETED
  }

  /**
   * What became of an uploaded training.
   *
   * @param status of the classifier when that was asked for the last time
   * @param error unless it is ready
   */
  record Conclusion(
      TrainingEvent.Kind kind, String status, @Nullable TrainingError error, Instant at) {}

  static JournalEntry creating(
      String credentials,
      String classifierName,
      Instant startedAt,
      List<String> existing,
      Rejections rejections,
      List<String> deletedFirst) {
    return new JournalEntry(
        State.CREATING,
        credentials,
        classifierName,
        startedAt,
        existing,
        rejections.rejected(),
        rejections.reasons(),
        deletedFirst,
        null,
        null,
        null,
        null);
  }

  static JournalEntry uploaded(
      Classifier classifier, Rejections rejections, List<String> deletedFirst, Instant at) {
    return new JournalEntry(
        State.COMPLETED,
        classifier.credentials(),
        classifier.name(),
        null,
        List.of(),
        rejections.rejected(),
        rejections.reasons(),
        deletedFirst,
        classifier,
        null,
        at,
        null);
  }

  static JournalEntry failed(
      TrainingError error, Rejections rejections, List<String> deletedFirst, Instant at) {
    return new JournalEntry(
        State.COMPLETED,
        null,
        null,
        null,
        List.of(),
        rejections.rejected(),
        rejections.reasons(),
        deletedFirst,
        null,
        error,
        at,
        null);
  }

  /**
   * Stands for a journal that is there but makes no sense: a create may have been sent somewhere.
   */
  static JournalEntry unreadable() {
    return new JournalEntry(
        State.CREATING,
        null,
        null,
        null,
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        null,
        null,
        null,
        null);
  }

  JournalEntry with(Conclusion heard) {
    return new JournalEntry(
        state,
        credentials,
        classifierName,
        startedAt,
        existing,
        rejectedCredentials,
        rejectionReasons,
        deletedFirst,
        classifier,
        error,
        completedAt,
        heard);
  }
}
