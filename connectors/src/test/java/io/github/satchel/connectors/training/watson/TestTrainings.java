package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.Training.NamedCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Trainings whose archives are files of a test. */
public final class TestTrainings {

  private TestTrainings() {}

  /** A training "My pets" of two archives, "cat" and "dog", of random bytes. */
  public static Training pets(Path directory, String id, String... credentials) throws IOException {
    Path own = Files.createDirectories(directory.resolve(id));
    List<ExampleArchive> archives = new ArrayList<>();
    for (String name : List.of("cat", "dog")) {
      byte[] content = new byte[100_000];
      new Random(name.hashCode()).nextBytes(content);
      Path zip = Files.write(own.resolve(name + ".zip"), content);
      archives.add(
          new ExampleArchive(name, zip.toUri().toString(), content.length, 10, "5".repeat(64)));
    }
    return new Training(
        id,
        "My pets",
        archives,
        own.resolve("upload.json").toUri().toString(),
        named(credentials),
        List.of(),
        Map.of("projectId", "p1"));
  }

  /** Credentials that are found by their names. */
  static List<NamedCredentials> named(String... names) {
    return Stream.of(names).map(NamedCredentials::of).toList();
  }

  /** The same training that takes over from other classifiers. */
  public static Training replacing(Training training, String... ids) {
    return new Training(
        training.id(),
        training.classifierName(),
        training.archives(),
        training.journal(),
        training.credentials(),
        List.of(ids),
        training.attributes());
  }

  /** The same training with credentials that it brings along, as JWE by name. */
  static Training bringing(Training training, Map<String, String> encrypted) {
    return new Training(
        training.id(),
        training.classifierName(),
        training.archives(),
        training.journal(),
        training.credentials().stream()
            .map(each -> new NamedCredentials(each.name(), encrypted.get(each.name())))
            .toList(),
        training.replaces(),
        training.attributes());
  }

  /** The same training of other archives. */
  public static Training of(Training training, List<ExampleArchive> archives) {
    return new Training(
        training.id(),
        training.classifierName(),
        archives,
        training.journal(),
        training.credentials(),
        training.replaces(),
        training.attributes());
  }

  public static Path file(String uri) {
    return Path.of(java.net.URI.create(uri));
  }
}
