package io.github.satchel.trainer.api;

import java.io.IOException;
import java.util.List;

/** What stands behind the API: keeps classifiers, and trains them or pretends to. Thread-safe. */
public interface Classifiers {
  /** Those of a key, oldest first. */
  List<Classifier> list(Key key);

  /**
   * One of a key's.
   *
   * @throws Refusal if there is none
   */
  Classifier get(Key key, String id) throws Refusal;

  /**
   * Begins to train a new one. The zips are there as long as the call lasts.
   *
   * @param id one that nobody has
   * @throws Refusal if no slot is free or too much waits already
   */
  Classifier create(Key key, String id, TrainingData data, boolean optedOut)
      throws IOException, Refusal;

  /**
   * Begins to train one anew with more examples.
   *
   * @throws Refusal if there is none, it opted out or too much waits already
   */
  Classifier update(Key key, String id, TrainingData data) throws IOException, Refusal;

  /**
   * Deletes one.
   *
   * @return what it was
   * @throws Refusal if there is none
   */
  Classifier delete(Key key, String id) throws IOException, Refusal;

  /**
   * What a classifier that is ready makes of a picture whose header was found good.
   *
   * @throws Refusal if it cannot be read, or too much waits already
   */
  List<Score> classify(Key key, String id, byte[] picture)
      throws IOException, InterruptedException, Refusal;

  /**
   * How sure a classifier is.
   *
   * @param confidence from 0 to 1
   */
  record Score(String className, double confidence) {}
}
