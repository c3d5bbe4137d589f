package io.github.satchel.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What each command carries. */
class CommandsIT {

  private static final Path CLI = Path.of("../cli/target/satchel-cli.jar");
  private static final Path STANDALONE = Path.of("../standalone/target/lib");

  /** Starts of names of jars that only stand-ins need. */
  private static final List<String> STAND_INS =
      List.of("kafka_", "kafka-server", "kafka-metadata", "s3proxy", "jetty-", "satchel-testkit");

  @Test
  void theCommandLineIsOneJarOfAtMostThirtyMegabytes() throws IOException {
    assertThat(Files.size(CLI)).isLessThanOrEqualTo(30_000_000);
  }

  @Test
  void theCommandLineCarriesNeitherFlinkNorABroker() throws IOException {
    try (ZipFile jar = new ZipFile(CLI.toFile())) {
      assertThat(jar.stream().map(ZipEntry::getName))
          .contains("io/github/satchel/cli/Satchel.class")
          .noneMatch(name -> name.startsWith("org/apache/flink/"))
          .noneMatch(name -> name.startsWith("kafka/server/"));
    }
  }

  @Test
  void runCarriesNothingOfTheStandIns() throws IOException {
    try (Stream<Path> jars = Files.list(STANDALONE)) {
      List<String> names = jars.map(jar -> jar.getFileName().toString()).toList();

      assertThat(names).anyMatch(name -> name.startsWith("satchel-job-"));
      assertThat(names).noneMatch(name -> STAND_INS.stream().anyMatch(name::startsWith));
    }
  }
}
