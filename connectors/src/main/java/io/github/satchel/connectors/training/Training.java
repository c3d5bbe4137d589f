package io.github.satchel.connectors.training;

import java.util.List;
import java.util.Map;

/**
 * One classifier to be created, by reference: a few hundred bytes, but for encrypted credentials,
 * that can queue, lie in a checkpoint and be tried again. A Flink POJO.
 *
 * @param id names the training in logs; a sink runs trainings of the same id only once at a time,
 *     and a receiver of {@link HttpTrainerSink} gets it as {@code Idempotency-Key}
 * @param classifierName the classifier's name at the service. After an answer was lost the
 *     classifier is looked for by this name among those that are new, so trainings that use the
 *     same credentials at the same time should differ in it
 * @param archives the examples, at least one archive a class
 * @param journal uri of the file, on any Flink file system, that says how far the training got
 * @param credentials {@link WatsonSink}: names of the credentials to try, in this order; {@link
 *     HttpTrainerSink}: the name of the endpoint, alone
 * @param encryptedCredentials {@link WatsonSink}: those of the credentials that are not found by
 *     name but brought along, as compact JWE by name; see {@link CredentialsDecrypter}
 * @param replaces {@link WatsonSink}: ids of the classifiers that this one takes over from. They
 *     are looked for under {@code credentials} and deleted once this one is created, or before if
 *     there is no other way to make room for it
 * @param attributes {@link HttpTrainerSink}: what the receiver is told beside the classes; {@link
 *     WatsonSink}: what encrypted credentials can be bound to
 * @param context belongs to the caller and comes back with every event
 */
public record Training(
    String id,
    String classifierName,
    List<ExampleArchive> archives,
    String journal,
    List<String> credentials,
    Map<String, String> encryptedCredentials,
    List<String> replaces,
    Map<String, String> attributes,
    String context) {

  /** A training whose credentials are all found by name. */
  public Training(
      String id,
      String classifierName,
      List<ExampleArchive> archives,
      String journal,
      List<String> credentials,
      List<String> replaces,
      Map<String, String> attributes,
      String context) {
    this(
        id,
        classifierName,
        archives,
        journal,
        credentials,
        Map.of(),
        replaces,
        attributes,
        context);
  }

  /** The size of all archives together. */
  long bytes() {
    return archives.stream().mapToLong(ExampleArchive::bytes).sum();
  }
}
