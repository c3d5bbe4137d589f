package io.github.satchel.connectors.training;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a sink still has to do: the elements of its state. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Work.Upload.class, name = "upload"),
  @JsonSubTypes.Type(value = Work.Follow.class, name = "follow"),
  @JsonSubTypes.Type(value = Work.Removal.class, name = "removal")
})
sealed interface Work {

  /** A training without an outcome. */
  record Upload(Training training) implements Work {}

  /** Work that comes after an outcome, each at its time. */
  sealed interface Later extends Work {

    /** The same key is the same work. */
    String key();

    /** When to go on with it, in processing time. */
    Instant due();

    /** Whether the end of a bounded stream waits for it. */
    boolean isUrgent();
  }

  /**
   * Finds out what becomes of a classifier.
   *
   * @param since when it was begun
   * @param checks how often the service was asked
   * @param misses how often in a row it had no such classifier
   */
  record Follow(
      Training training, Classifier classifier, Instant since, Instant due, int checks, int misses)
      implements Later {

    /** The same, to be checked now and then no more. */
    Follow hurried(Instant now) {
      return new Follow(training, classifier, Instant.EPOCH, now, checks, misses);
    }

    @Override
    public String key() {
      return "follow " + training.id();
    }

    @Override
    public boolean isUrgent() {
      return false;
    }
  }

  /**
   * Deletes a classifier that was replaced, once and, as it may reappear, once again.
   *
   * @param trainingId of the training that replaced it
   * @param classifierId what is to be deleted
   * @param credentials names of those under which it may be
   * @param encryptedCredentials those of them that the training brought along, as JWE by name
   * @param attributes of the training
   * @param since when this round was begun
   * @param attempts how often it was tried in this round
   * @param again whether it is the second round
   */
  record Removal(
      String trainingId,
      String classifierId,
      List<String> credentials,
      Map<String, String> encryptedCredentials,
      Map<String, String> attributes,
      Instant since,
      Instant due,
      int attempts,
      boolean again)
      implements Later {

    /** What comes next of it. */
    Removal next(List<String> among, Instant begun, Instant at, int attempt, boolean second) {
      return new Removal(
          trainingId,
          classifierId,
          among,
          encryptedCredentials,
          attributes,
          begun,
          at,
          attempt,
          second);
    }

    @Override
    public String key() {
      return "removal " + trainingId + " " + classifierId;
    }

    @Override
    public boolean isUrgent() {
      return !again && attempts == 0;
    }
  }
}
