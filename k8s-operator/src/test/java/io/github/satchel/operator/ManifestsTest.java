package io.github.satchel.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {

  @SuppressWarnings("unused") // by name
  private static final List<String> OVERLAYS = Manifests.OVERLAYS;

  @SuppressWarnings("unused") // by name
  private static final List<String> RENDERED = Manifests.RENDERED;

  private final StrictValidator validator;

  ManifestsTest() throws IOException {
    validator = new StrictValidator();
  }

  @ParameterizedTest
  @FieldSource("RENDERED")
  void everyManifestHasNoFieldThatItsKindLacks(String rendered) throws IOException {
    List<String> problems = new ArrayList<>();
    for (JsonNode manifest : Manifests.rendered(rendered)) {
      validator.problems(manifest).forEach(each -> problems.add(name(manifest) + ": " + each));
    }

    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "FlinkDeployment, satchel, /spec/job, upgradeMod",
    "FlinkDeployment, satchel, /spec/taskManager/resource, memmory",
    "FlinkDeployment, satchel, /spec/podTemplate/spec/containers/0/securityContext,"
        + " readOnlyRootFileSystem",
    "FlinkDeployment, satchel, /spec/taskManager/podTemplate/spec/topologySpreadConstraints/0,"
        + " maxskew",
    "ServiceAccount, satchel, '', automount",
    "Role, satchel, /rules/0, verb",
    "RoleBinding, satchel, /roleRef, apigroup",
    "NetworkPolicy, satchel, /spec/egress/0, too",
    "NetworkPolicy, satchel, /spec/egress/2/to/0/ipBlock, excepts",
    "Ingress, satchel-dashboard, /spec/rules/0/http/paths/0/backend/service/port, num",
    "PodDisruptionBudget, satchel, /spec, minavailable",
    "PodMonitor, satchel, /spec/podMetricsEndpoints/0, metricRelabelConfigs",
    "PrometheusRule, satchel, /spec/groups/0/rules/0, annotation",
    "Deployment, satchel-dashboard, /spec/template/spec/containers/0, arg",
    "CronJob, satchel-resume, /spec, timezone",
    "KafkaTopic, training-requests, /spec, partition",
  })
  void aMisspeltFieldIsNamed(String kind, String name, String parent, String field)
      throws IOException {
    String rendered = Manifests.ofKind("prod", kind).isEmpty() ? "prod-components" : "prod";
    JsonNode manifest = Manifests.named(rendered, kind, name);
    ((ObjectNode) manifest.at(parent)).set(field, ((ObjectNode) manifest).arrayNode());

    assertThat(validator.problems(manifest)).anyMatch(problem -> problem.contains(field));
  }

  @Test
  void aWrongValueIsNamed() throws IOException {
    ObjectNode manifest = (ObjectNode) Manifests.deployment("prod");
    ((ObjectNode) manifest.at("/spec/job")).put("upgradeMode", "sometimes");

    assertThat(validator.problems(manifest)).anyMatch(problem -> problem.contains("upgradeMode"));
  }

  /** The operator merges the containers of both by their place, whatever their names are. */
  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod", "check"})
  void flinksContainerIsTheFirstOfEveryPodTemplate(String overlay) throws IOException {
    JsonNode spec = Manifests.deployment(overlay).path("spec");

    for (String template : List.of("", "/jobManager", "/taskManager")) {
      assertThat(spec.at(template + "/podTemplate/spec/containers/0/name").asText())
          .isEqualTo("flink-main-container");
    }
    assertThat(spec.at("/podTemplate/spec/containers/0/volumeMounts")).isNotEmpty();
  }

  /** Without kubectl a digest tells; with it the overlays are rendered again. */
  @ParameterizedTest
  @FieldSource("RENDERED")
  void whatIsRenderedIsOfTheseSources(String overlay) throws Exception {
    String committed =
        Files.readString(Manifests.DIRECTORY.resolve("rendered").resolve(overlay + ".yaml"));

    assertThat(committed)
        .as("k8s-operator/render was not run after the last change")
        .contains("# Rendered from: " + digest());
    if (hasKubectl() && Manifests.OVERLAYS.contains(overlay)) {
      Process kubectl =
          new ProcessBuilder("kubectl", "kustomize", "overlays/" + overlay)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      assertThat(committed).endsWith(new String(kubectl.getInputStream().readAllBytes(), UTF_8));
    }
  }

  @Test
  void prometheusOnKubernetesHasTheAlertsOfPrometheusElsewhere() throws IOException {
    JsonNode elsewhere =
        Manifests.documents(Manifests.DIRECTORY.resolve("../docker/prometheus/alerts.yaml")).get(0);

    assertThat(Manifests.named("prod", "PrometheusRule", "satchel").at("/spec/groups"))
        .isInstanceOf(ArrayNode.class)
        .isEqualTo(elsewhere.path("groups"));
  }

  @Test
  void everyAlertHasASectionInTheRunbookThatItNames() throws IOException {
    String runbook = Files.readString(Manifests.DIRECTORY.resolve("../docs/runbook.md"));

    assertThat(alerts())
        .isNotEmpty()
        .allSatisfy(
            alert -> {
              String name = alert.path("alert").asText();
              assertThat(runbook).contains("\n## " + name + "\n");
              assertThat(alert.at("/annotations/runbook_url").asText())
                  .endsWith("/docs/runbook.md#" + name.toLowerCase(Locale.ROOT));
            });
  }

  @Test
  void theAlertOfTheAutoscalersMostKnowsIt() throws IOException {
    assertThat(alerts())
        .filteredOn(alert -> alert.path("alert").asText().equals("SatchelAtItsMost"))
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert.path("expr").asText())
                    .contains(
                        ">= "
                            + Manifests.flinkConfiguration("prod")
                                .get("job.autoscaler.vertex.max-parallelism")));
  }

  private static List<JsonNode> alerts() throws IOException {
    return Manifests.named("prod", "PrometheusRule", "satchel")
        .at("/spec/groups/0/rules")
        .valueStream()
        .toList();
  }

  private static String name(JsonNode manifest) {
    return manifest.path("kind").asText() + " " + manifest.at("/metadata/name").asText();
  }

  private static boolean hasKubectl() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(each -> Files.isExecutable(Path.of(each, "kubectl")));
  }

  /** As {@code render} computes it: the digest of what sha256sum prints of all sources. */
  private static String digest() throws IOException, NoSuchAlgorithmException {
    List<String> files = new ArrayList<>();
    for (String each : List.of("base", "components", "overlays")) {
      try (Stream<Path> paths = Files.walk(Manifests.DIRECTORY.resolve(each))) {
        paths
            .filter(Files::isRegularFile)
            .map(path -> Manifests.DIRECTORY.relativize(path).toString())
            .forEach(files::add);
      }
    }
    files.sort(null);
    StringBuilder lines = new StringBuilder();
    for (String file : files) {
      lines.append(sha256(Files.readAllBytes(Manifests.DIRECTORY.resolve(file))));
      lines.append("  ").append(file).append('\n');
    }
    return sha256(lines.toString().getBytes(UTF_8));
  }

  private static String sha256(byte[] content) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }
}
