package io.github.satchel.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Flags of the JVM stand in docker/flink-conf.yaml; a build cannot read them there. */
class FlinkFlagsTest {

  @Test
  void testsOpenNoPackageThatProductionDoesNot() throws IOException {
    List<String> production =
        flags("docker/flink-conf.yaml", "(?m)^env\\.java\\.opts\\.all: *(.*)$");
    List<String> tests = flags("pom.xml", "<flink\\.jvm\\.args>(.*)</flink\\.jvm\\.args>");

    assertThat(production).containsAll(tests);
  }

  private static List<String> flags(String file, String line) throws IOException {
    Matcher matcher = Pattern.compile(line).matcher(Files.readString(Path.of("..", file)));
    assertThat(matcher.find()).as(file).isTrue();
    return List.of(matcher.group(1).strip().split(" +"));
  }
}
