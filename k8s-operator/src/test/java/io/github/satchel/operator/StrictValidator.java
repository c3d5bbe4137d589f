package io.github.satchel.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Refuses what an API server would drop without a word: a field that its kind does not have. A
 * FlinkDeployment is held against its CRD, everything else against the classes of its kind.
 */
final class StrictValidator {

  private static final String CRD = "META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml";

  private static final Map<String, Class<?>> KINDS =
      Map.ofEntries(
          Map.entry("v1/ServiceAccount", ServiceAccount.class),
          Map.entry("v1/ConfigMap", ConfigMap.class),
          Map.entry("v1/Service", Service.class),
          Map.entry("apps/v1/Deployment", Deployment.class),
          Map.entry("apps/v1/StatefulSet", StatefulSet.class),
          Map.entry("batch/v1/CronJob", CronJob.class),
          Map.entry("rbac.authorization.k8s.io/v1/Role", Role.class),
          Map.entry("rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class),
          Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
          Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
          Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
          Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
          Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class),
          Map.entry("kafka.strimzi.io/v1/KafkaTopic", KafkaTopic.class));

  private final ObjectMapper classes =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(new NoAnySetter())
          .build();
  private final Schema flinkDeployment;

  StrictValidator() throws IOException {
    try (InputStream in = crd()) {
      ObjectNode crd =
          classes.valueToTree(
              new Load(LoadSettings.builder().setLabel(CRD).setCodePointLimit(1 << 20).build())
                  .loadFromInputStream(in));
      var schema = (ObjectNode) crd.at("/spec/versions/0/schema/openAPIV3Schema");
      // What every object has beside what its CRD says.
      schema.withObject("/properties/apiVersion").put("type", "string");
      schema.withObject("/properties/kind").put("type", "string");
      schema.withObject("/properties/metadata").put("type", "object");
      ArrayNode versions = schema.withArray("/properties/spec/properties/flinkVersion/enum");
      if (versions.valueStream().noneMatch(version -> version.asText().equals("v2_2"))) {
        versions.add("v2_2"); // which 1.13 added
      }
      strict(schema);
      schema.withObject("/properties/metadata").put("additionalProperties", true);
      flinkDeployment =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
    }
  }

  /**
   * The CRD of a FlinkDeployment: the file that {@code satchel.crd} names, or the newest one on
   * Maven Central, which is of the operator's 1.10.
   */
  private static InputStream crd() throws IOException {
    String file = System.getProperty("satchel.crd");
    return file == null
        ? Objects.requireNonNull(
            StrictValidator.class.getClassLoader().getResourceAsStream(CRD), CRD)
        : Files.newInputStream(Path.of(file));
  }

  /** What is wrong with a manifest, a sentence each. */
  List<String> problems(JsonNode manifest) {
    String kind = manifest.path("apiVersion").asText() + "/" + manifest.path("kind").asText();
    if (kind.equals("flink.apache.org/v1beta1/FlinkDeployment")) {
      return flinkDeployment.validate(manifest).stream().map(Error::toString).toList();
    }
    Class<?> type = KINDS.get(kind);
    if (type == null) {
      return List.of("nothing is known of " + kind);
    }
    try {
      classes.treeToValue(manifest, type);
      return List.of();
    } catch (JsonProcessingException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  /** Objects take the properties they name and no others; int-or-string is said in JSON Schema. */
  private static void strict(JsonNode node) {
    if (node instanceof ObjectNode object) {
      if (object.path("x-kubernetes-int-or-string").asBoolean()) {
        object.remove("type");
        object.remove("anyOf");
        object.putArray("type").add("integer").add("string");
      } else if (object.get("properties") instanceof ObjectNode
          && !object.has("additionalProperties")
          && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
        object.put("additionalProperties", false);
      }
    }
    if (node instanceof ObjectNode || node instanceof ArrayNode) {
      StreamSupport.stream(Spliterators.spliterator(node.elements(), node.size(), 0), false)
          .forEach(StrictValidator::strict);
    }
  }

  /** The classes of Kubernetes' kinds keep what they do not know; here they must not. */
  private static final class NoAnySetter extends JacksonAnnotationIntrospector {
    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }
}
