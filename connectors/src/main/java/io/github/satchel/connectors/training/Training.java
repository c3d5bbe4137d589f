package io.github.satchel.connectors.training;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One classifier to be created: a few hundred bytes, but for archives and encrypted credentials
 * that it brings along, that can queue, lie in a checkpoint and be tried again. A Flink POJO.
 *
 * @param id names the training in logs. A training of the same id runs only once at a time, and a
 *     receiver of {@code HttpTrainerSink} gets it as {@code Idempotency-Key}
 * @param classifierName the classifier's name at the service. After an answer was lost the
 *     classifier is looked for by this name among those that are new, so trainings that use the
 *     same credentials at the same time should differ in it
 * @param archives the examples, at least one archive a class
 * @param journal uri of the file, on any Flink file system, that says how far the training got
 * @param credentials {@code WatsonSink}: the credentials to try, in this order; {@code
 *     HttpTrainerSink}: the name of the endpoint, alone
 * @param replaces {@code WatsonSink}: ids of the classifiers that this one takes over from. They
 *     are looked for under {@code credentials} and deleted once this one is created, or before if
 *     there is no other way to make room for it
 * @param attributes belong to the caller and come back with every event. {@code HttpTrainerSink}
 *     tells them to the receiver; {@code WatsonSink} can bind encrypted credentials to them
 */
public record Training(
    String id,
    String classifierName,
    List<ExampleArchive> archives,
    String journal,
    List<NamedCredentials> credentials,
    List<String> replaces,
    Map<String, String> attributes) {

  /**
   * Credentials that a training names.
   *
   * @param jwe {@code WatsonSink}: the credentials themselves, as compact JWE; see {@code
   *     CredentialsDecrypter}. Null if they are found by their name
   */
  public record NamedCredentials(String name, @Nullable String jwe) {

    /** Credentials that are found by their name. */
    public static NamedCredentials of(String name) {
      return new NamedCredentials(name, null);
    }
  }

  /** The size of all archives together. */
  public long bytes() {
    return archives.stream().mapToLong(ExampleArchive::bytes).sum();
  }

  /** The size of the archives that it brings along. */
  public long contentBytes() {
    long bytes = 0;
    for (ExampleArchive archive : archives) {
      bytes += archive.content() == null ? 0 : archive.content().length;
    }
    return bytes;
  }

  /** The same without its archives, which nobody needs after the outcome. */
  public Training withoutArchives() {
    return new Training(id, classifierName, List.of(), journal, credentials, replaces, attributes);
  }
}
