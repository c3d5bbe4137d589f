package io.github.satchel.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The jar for a cluster, as it was packaged. */
class ClusterJarIT {

  /** Connectors are no part of Flink's own distribution. */
  private static final List<String> CONNECTORS =
      List.of(
          "org/apache/flink/connector/base/",
          "org/apache/flink/connector/kafka/",
          "org/apache/flink/streaming/connectors/kafka/",
          "org/apache/flink/streaming/util/serialization/JSONKeyValueDeserializationSchema");

  /** What a cluster has, and would have twice. */
  private static final List<String> OF_THE_CLUSTER =
      List.of("org/slf4j/", "org/apache/logging/", "org/rocksdb/", "org/bytedeco/", "io/netty/");

  @Test
  void holdsNoClassOfFlinksRuntimeAndNothingElseThatAClusterHas() throws IOException {
    try (JarFile jar = new JarFile(cluster().toFile())) {
      List<String> classes =
          jar.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class")).toList();

      assertThat(classes).contains("io/github/satchel/job/SatchelJob.class");
      assertThat(classes)
          .filteredOn(name -> name.startsWith("org/apache/flink/"))
          .allMatch(name -> CONNECTORS.stream().anyMatch(name::startsWith));
      assertThat(classes).noneMatch(name -> OF_THE_CLUSTER.stream().anyMatch(name::startsWith));
    }
  }

  @Test
  void namesTheJobsMainClass() throws IOException {
    try (JarFile jar = new JarFile(cluster().toFile())) {
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo(SatchelJob.class.getName());
    }
  }

  private static Path cluster() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files
          .filter(file -> file.toString().endsWith("-cluster.jar"))
          .findFirst()
          .orElseThrow();
    }
  }
}
