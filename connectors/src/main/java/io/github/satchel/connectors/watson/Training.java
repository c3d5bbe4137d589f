package io.github.satchel.connectors.watson;

import java.util.List;

/**
 * One classifier to be created, by reference: a few hundred bytes that can queue, lie in a
 * checkpoint and be tried again. A Flink POJO.
 *
 * @param id names the training in logs; the sink runs trainings of the same id only once at a time
 * @param classifierName the classifier's name at the service. After an answer was lost the
 *     classifier is looked for by this name among those that are new, so trainings that use the
 *     same credentials at the same time should differ in it
 * @param archives the examples, at least one archive a class
 * @param journal uri of the file, on any Flink file system, that says how far the training got
 * @param credentials names of the credentials to try, in this order
 * @param replaces ids of the classifiers that this one takes over from; never mistaken for it
 * @param context belongs to the caller and comes back with the outcome
 */
public record Training(
    String id,
    String classifierName,
    List<ExampleArchive> archives,
    String journal,
    List<String> credentials,
    List<String> replaces,
    String context) {

  /** The size of all archives together. */
  long bytes() {
    return archives.stream().mapToLong(ExampleArchive::bytes).sum();
  }
}
