package io.github.satchel.connectors.training;

import java.time.Instant;
import java.util.List;

/**
 * What is to be done at its time after a classifier was created. A few hundred bytes of state;
 * public for the POJO serializer.
 *
 * @param classifierId what is asked for or deleted
 * @param credentials names of those under which it may be
 * @param since when it was begun
 * @param due when to go on with it, in processing time
 * @param attempts how often it was tried
 * @param misses {@link Kind#STATUS}: how often in a row the service had no such classifier
 */
public record FollowUp(
    Kind kind,
    String classifierId,
    List<String> credentials,
    Instant since,
    Instant due,
    int attempts,
    int misses) {

  /** The key of the follow-up of kind {@link Kind#STATUS}. */
  public static final String STATUS = "status";

  /** The kinds of follow-up. */
  public enum Kind {
    /** Asks what became of the classifier. */
    STATUS,
    /** Deletes a classifier that was replaced. */
    DELETION,
    /** Deletes it once more, as one that was deleted while it trained can reappear. */
    SECOND_DELETION,
    /** Deletes the classifier that the training itself created. */
    WITHDRAWAL
  }

  /** A follow-up that begins. */
  public static FollowUp at(Kind kind, String classifierId, List<String> credentials, Instant due) {
    return new FollowUp(kind, classifierId, credentials, due, due, 0, 0);
  }

  /** The same, with another time for its first attempt. */
  public FollowUp first(Instant at) {
    return new FollowUp(kind, classifierId, credentials, since, at, attempts, misses);
  }

  /** The same, to be tried once more. */
  public FollowUp again(Instant at, int missesThen) {
    return new FollowUp(kind, classifierId, credentials, since, at, attempts + 1, missesThen);
  }

  /** Tells the follow-ups of one training apart. */
  public String key() {
    return kind == Kind.STATUS ? STATUS : "deletion " + classifierId;
  }

  /** Whether the end of a bounded stream waits for it. */
  public boolean isUrgent() {
    return kind == Kind.DELETION && attempts == 0;
  }
}
