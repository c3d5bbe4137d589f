package io.github.satchel.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.Yaml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What an installation needs on a real cluster, as far as it shows without one. */
class InstallationTest {

  /** What Flink's native mode asks of the Kubernetes API; service-account.yaml says where. */
  private static final Map<String, Set<String>> NEEDED =
      Map.of(
          "pods", Set.of("get", "list", "watch", "create", "delete"),
          "configmaps", Set.of("get", "list", "watch", "create", "update", "patch", "delete"),
          "apps/deployments", Set.of("get"),
          "apps/deployments/finalizers", Set.of("update"));

  /** The operator's default: ten files of 100 MB beside the current one. */
  private static final MemorySize OPERATORS_LOGS = MemorySize.ofMebiBytes(1_100);

  private static final String NODE_LOCAL_DNS = "169.254.20.10/32";

  /** Names and networks that nobody owns (RFC 2606, RFC 5737). */
  private static final Pattern PLACEHOLDER =
      Pattern.compile("[\\w.-]*\\bexample\\.(org|com|net)\\b|\\b192\\.0\\.2\\.[1-9]\\d*");

  @SuppressWarnings("unused") // by name
  private static final List<String> OVERLAYS = Manifests.OVERLAYS;

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void taskManagersStartWhereOwnerReferencesAreEnforced(String overlay) throws IOException {
    assertThat(rights(overlay)).containsEntry("apps/deployments/finalizers", Set.of("update"));
  }

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void theJobMayDoWhatFlinkDoesAndNothingElse(String overlay) throws IOException {
    assertThat(rights(overlay)).isEqualTo(NEEDED);
  }

  @Test
  void topicsGoToTheNamespaceOfTheirKafka() throws IOException {
    assertThat(Manifests.ofKind("prod-components", "KafkaTopic"))
        .hasSize(3)
        .allSatisfy(
            topic ->
                assertThat(topic.at("/metadata/namespace").asText())
                    .as("namespace")
                    .isEqualTo("kafka"));
  }

  @Test
  void everythingButTopicsGoesToTheOverlaysNamespace() throws IOException {
    assertThat(Manifests.rendered("prod-components"))
        .filteredOn(each -> !each.path("kind").asText().equals("KafkaTopic"))
        .allSatisfy(
            each ->
                assertThat(each.at("/metadata/namespace").asText())
                    .as(each.at("/metadata/name").asText())
                    .isEqualTo("satchel"));
  }

  @Test
  void devAndProdShareNoTopicNoGroupAndNoStore() throws Exception {
    Map<String, String> dev = names("dev");

    names("prod")
        .forEach((setting, name) -> assertThat(dev).as(setting).doesNotContainEntry(setting, name));
  }

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void logsFitIntoTheirVolume(String overlay) throws IOException {
    JsonNode deployment = Manifests.deployment(overlay);
    JsonNode log = named(deployment.at("/spec/podTemplate/spec/volumes"), "log");
    MemorySize limit = MemorySize.parse(log.at("/emptyDir/sizeLimit").asText().replace("Mi", "m"));

    assertThat(written(deployment.at("/spec/logConfiguration/log4j-console.properties")))
        .as("what the log configuration writes to files")
        .isLessThan(limit);
  }

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void namesAreResolvedAlsoByNodeLocalDns(String overlay) throws IOException {
    assertThat(egress(overlay))
        .filteredOn(rule -> rule.path("ports").findValuesAsText("port").contains("53"))
        .singleElement()
        .satisfies(
            rule -> assertThat(rule.path("to").findValuesAsText("cidr")).contains(NODE_LOCAL_DNS));
  }

  /** Whoever installs has one list, and what is left of it is refused. */
  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void whatIsToBeFilledInIsInOneFileAndIsRefused(String overlay) throws Exception {
    Path site = Manifests.DIRECTORY.resolve("overlays/" + overlay + "/site.yaml");
    assertThat(site).as("the one place of what differs between clusters").isRegularFile();
    Path rendered = Manifests.DIRECTORY.resolve("rendered/" + overlay + ".yaml");
    Set<String> placeholders = placeholders(Files.readString(rendered));

    assertThat(placeholders).isNotEmpty().isSubsetOf(placeholders(Files.readString(site)));
    assertThat(check(rendered)).contains(placeholders).endsWith("exit 1");
    Path filledIn = Files.createTempFile("filled-in", ".yaml");
    try {
      Files.writeString(
          filledIn, PLACEHOLDER.matcher(Files.readString(rendered)).replaceAll("10.1.2.3"));
      assertThat(check(filledIn)).endsWith("exit 0");
    } finally {
      Files.delete(filledIn);
    }
  }

  /** No address of an API server fits every cluster: one that looks like it is never noticed. */
  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void theAddressOfTheApiServerIsAPlaceholder(String overlay) throws IOException {
    assertThat(egress(overlay))
        .filteredOn(rule -> rule.path("ports").findValuesAsText("port").contains("6443"))
        .singleElement()
        .satisfies(
            rule ->
                assertThat(rule.path("to").findValuesAsText("cidr"))
                    .singleElement()
                    .asString()
                    .containsPattern(PLACEHOLDER));
  }

  /** GET reads, but for the two requests that Flink keeps for YARN's proxy. */
  @Test
  void theDashboardsProxyForwardsReadsOnly() throws IOException {
    String nginx =
        Manifests.named("prod", "ConfigMap", "satchel-dashboard-nginx")
            .at("/data/default.conf")
            .asText();

    assertThat(nginx).contains("limit_except GET { deny all; }");
    assertThat(nginx).containsPattern("location ~ \\S+ \\{ return 403; \\}");
    Pattern refused =
        Pattern.compile(nginx.replaceAll("(?s).*location ~ (\\S+) \\{ return 403; \\}.*", "$1"));
    for (String path : List.of("/jobs/0a1b/yarn-cancel", "/jobs/0a1b/yarn-stop")) {
      assertThat(refused.matcher(path).find()).as(path).isTrue();
    }
    assertThat(refused.matcher("/jobs/0a1b/vertices/0a1b/backpressure").find()).isFalse();
  }

  /** The REST API has no password, so nobody but the operator and the proxy reaches it. */
  @Test
  void onlyTheOperatorAndTheDashboardsProxyReachTheRestApi() throws IOException {
    assertThat(Manifests.ofKind("prod", "Ingress"))
        .allSatisfy(
            ingress -> assertThat(ingress.findValuesAsText("name")).doesNotContain("satchel-rest"));
    Set<String> from = new TreeSet<>();
    for (JsonNode policy : Manifests.ofKind("prod", "NetworkPolicy")) {
      for (JsonNode rule : policy.at("/spec/ingress")) {
        if (rule.path("ports").findValuesAsText("port").contains("8081")) {
          rule.path("from").forEach(each -> from.add(each.findValuesAsText("app") + names(each)));
        }
      }
    }
    assertThat(from).containsExactlyInAnyOrder("[][flink-operator]", "[satchel-dashboard][]");
  }

  private static String names(JsonNode peer) {
    return peer.findValuesAsText("kubernetes.io/metadata.name").toString();
  }

  private static Map<String, Set<String>> rights(String overlay) throws IOException {
    JsonNode role = Manifests.named(overlay, "Role", "satchel");
    Map<String, Set<String>> rights = new HashMap<>();
    for (JsonNode rule : role.path("rules")) {
      String group = rule.at("/apiGroups/0").asText();
      Set<String> verbs = new HashSet<>();
      rule.path("verbs").forEach(verb -> verbs.add(verb.asText()));
      rule.path("resources")
          .forEach(
              resource ->
                  rights.put((group.isEmpty() ? "" : group + "/") + resource.asText(), verbs));
    }
    return rights;
  }

  /** The names under which an overlay's job appears to others, by setting. */
  private static Map<String, String> names(String overlay) throws Exception {
    JsonNode settings =
        Manifests.named(overlay, "ConfigMap", "satchel-config").at("/data/satchel.yaml");
    var options =
        SatchelConfiguration.of(
                Yaml.read(
                    new ByteArrayInputStream(settings.asText().getBytes(StandardCharsets.UTF_8)),
                    "satchel.yaml"))
            .options();
    Map<String, String> names = new HashMap<>();
    for (ConfigOption<String> option :
        List.of(
            SatchelOptions.KAFKA_REQUESTS_TOPIC,
            SatchelOptions.KAFKA_RESULTS_TOPIC,
            SatchelOptions.KAFKA_DEAD_LETTERS_TOPIC,
            SatchelOptions.KAFKA_GROUP_ID,
            SatchelOptions.IMAGES_DIR,
            SatchelOptions.ARCHIVES_DIR)) {
      names.put(option.key(), String.valueOf(options.get(option)));
    }
    Map<String, String> flink = Manifests.flinkConfiguration(overlay);
    for (ConfigOption<?> option :
        List.of(
            HighAvailabilityOptions.HA_STORAGE_PATH,
            CheckpointingOptions.CHECKPOINTS_DIRECTORY,
            CheckpointingOptions.SAVEPOINT_DIRECTORY)) {
      names.put(option.key(), String.valueOf(flink.get(option.key())));
    }
    return names;
  }

  /** How much a log configuration writes to files, at most. */
  private static MemorySize written(JsonNode log4j) throws IOException {
    if (log4j.isMissingNode()) {
      return OPERATORS_LOGS;
    }
    Properties properties = new Properties();
    properties.load(new StringReader(log4j.asText()));
    return properties.entrySet().stream()
            .filter(each -> each.getKey().toString().matches("appender\\.\\w+\\.type"))
            .allMatch(each -> each.getValue().equals("Console"))
        ? MemorySize.ZERO
        : OPERATORS_LOGS;
  }

  private static String check(Path manifests) throws IOException, InterruptedException {
    Process check =
        new ProcessBuilder("bash", "check-placeholders", manifests.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output + "exit " + check.waitFor();
  }

  private static Set<String> placeholders(String text) {
    Set<String> found = new TreeSet<>();
    PLACEHOLDER.matcher(text).results().forEach(match -> found.add(match.group()));
    return found;
  }

  private static List<JsonNode> egress(String overlay) throws IOException {
    return Manifests.ofKind(overlay, "NetworkPolicy").stream()
        .filter(policy -> policy.at("/spec/podSelector/matchLabels/app").asText().equals("satchel"))
        .flatMap(policy -> policy.at("/spec/egress").valueStream())
        .toList();
  }

  private static JsonNode named(JsonNode list, String name) {
    return Stream.of(list)
        .flatMap(JsonNode::valueStream)
        .filter(each -> each.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
