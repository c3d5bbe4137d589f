package io.github.satchel.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The walk through the code in docs/architecture.md. */
class WalkTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern STEP = Pattern.compile("(?m)^\\d+\\. .*(\\n {3}.*)*");
  private static final Pattern TYPE = Pattern.compile("`([A-Z]\\w+)`");

  @Test
  void everyClassOnTheWalkExistsAndComesOnce() throws IOException {
    List<String> walk =
        STEP.matcher(Files.readString(ROOT.resolve("docs/architecture.md")))
            .results()
            .flatMap(step -> TYPE.matcher(step.group()).results())
            .map(type -> type.group(1))
            .toList();

    assertThat(walk).hasSizeGreaterThan(30).doesNotHaveDuplicates();
    assertThat(types()).containsAll(walk);
  }

  private static Set<String> types() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .flatMap(WalkTest::files)
          .map(file -> file.getFileName().toString())
          .map(name -> name.substring(0, name.lastIndexOf('.')))
          .collect(Collectors.toSet());
    }
  }

  private static Stream<Path> files(Path sources) {
    try (Stream<Path> files = Files.walk(sources)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
