package io.github.satchel.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What may depend on what, in every module's main classes. docs/architecture.md has the reasons.
 */
class ArchitectureTest {

  private static final String BASE = "io.github.satchel.";
  private static final Path ROOT = Path.of("..");
  private static final int MOST_FILES = 20;

  /** Of each module, the modules whose classes it may use. */
  private static final Map<String, Set<String>> MODULES =
      new TreeMap<>(
          Map.ofEntries(
              entry("testing", Set.of()),
              entry("contract", Set.of()),
              entry("connectors", Set.of()),
              entry("guard", Set.of()),
              entry("trainer", Set.of("guard")),
              entry("client", Set.of("contract")),
              entry("cli", Set.of("contract", "client")),
              entry("job", Set.of("contract", "connectors", "guard")),
              entry("k8s-operator", Set.of("job")),
              entry("standalone", Set.of("contract", "cli", "job")),
              entry("testkit", Set.of("contract", "client", "cli", "job", "standalone", "trainer")),
              entry(
                  "bench",
                  Set.of("contract", "client", "cli", "job", "standalone", "testkit", "trainer"))));

  /** The module whose package has another name: a hyphen is not allowed there. */
  private static final Map<String, String> PACKAGES = Map.of("k8s-operator", "operator");

  /** The modules that start fast and run anywhere. */
  private static final List<String> LIGHT = List.of("contract", "client", "cli");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPaths(
              MODULES.keySet().stream()
                  .map(module -> ROOT.resolve(module).resolve("target/classes"))
                  .filter(Files::isDirectory)
                  .toList());

  static Set<String> modules() {
    return MODULES.keySet();
  }

  @Test
  void everyModuleWithClassesHasARule() throws IOException {
    try (Stream<Path> directories = Files.list(ROOT)) {
      assertThat(
              directories
                  .filter(each -> Files.isDirectory(each.resolve("src/main/java")))
                  .map(each -> each.getFileName().toString()))
          .isSubsetOf(MODULES.keySet());
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModuleUsesOnlyTheModulesBelowIt(String module) {
    String[] allowed =
        Stream.concat(Stream.of(module), MODULES.getOrDefault(module, Set.of()).stream())
            .map(ArchitectureTest::packages)
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> others =
        resideInAPackage(BASE + "(**)").and(not(resideInAnyPackage(allowed)));

    noClasses()
        .that(resideInAPackage(packages(module)))
        .should()
        .dependOnClassesThat(others)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void whatStartsFastKnowsNeitherFlinkNorAServer() {
    noClasses()
        .that(
            resideInAnyPackage(
                LIGHT.stream().map(ArchitectureTest::packages).toArray(String[]::new)))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.flink..", "kafka..", "org.apache.kafka.server..", "org.eclipse.jetty..")
        .check(CLASSES);
  }

  @Test
  void packagesDependOnEachOtherInOneDirection() {
    slices()
        .matching(BASE + "(**)")
        .should()
        .beFreeOfCycles()
        // Every stage reads its settings, and the root that declares them connects the stages.
        .ignoreDependency(alwaysTrue(), HasName.Predicates.name(BASE + "job.SatchelOptions"))
        .check(CLASSES);
  }

  @Test
  void aPackageHasAtMostTwentyFiles() {
    Map<String, Long> sizes = new TreeMap<>();
    for (JavaPackage each : CLASSES.getPackage("io.github.satchel").getSubpackagesInTree()) {
      long files =
          each.getClasses().stream()
              .flatMap(type -> type.getSource().flatMap(Source::getFileName).stream())
              .distinct()
              .count();
      if (files > MOST_FILES) {
        sizes.put(each.getName().substring(BASE.length()), files);
      }
    }

    assertThat(sizes).isEmpty();
  }

  private static String packages(String module) {
    return BASE + PACKAGES.getOrDefault(module, module) + "..";
  }
}
