package io.github.satchel.connectors.watson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Trainings whose archives are files of a test. */
final class TestTrainings {

  private TestTrainings() {}

  /** A training "My pets" of two archives, "cat" and "dog", of random bytes. */
  static Training pets(Path directory, String id, String... credentials) throws IOException {
    Path own = Files.createDirectories(directory.resolve(id));
    List<ExampleArchive> archives = new ArrayList<>();
    for (String name : List.of("cat", "dog")) {
      byte[] content = new byte[100_000];
      new Random(name.hashCode()).nextBytes(content);
      Path zip = Files.write(own.resolve(name + ".zip"), content);
      archives.add(new ExampleArchive(name, zip.toUri().toString(), content.length));
    }
    return new Training(
        id,
        "My pets",
        archives,
        own.resolve("upload.json").toUri().toString(),
        List.of(credentials),
        List.of(),
        "{\"projectId\":\"p1\"}");
  }

  static Path file(String uri) {
    return Path.of(java.net.URI.create(uri));
  }
}
