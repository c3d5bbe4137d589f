package io.github.satchel.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelJob;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.Yaml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Flink's settings, on Kubernetes and outside of it. */
class FlinkSettingsTest {

  private static final Path OUTSIDE = Manifests.DIRECTORY.resolve("../docker/flink-conf.yaml");

  /** What differs on Kubernetes, each with its reason in the manifest or here. */
  private static final Set<String> NOT_ON_KUBERNETES =
      Set.of(
          "parallelism.default", // spec.job.parallelism
          "jobmanager.memory.process.size", // spec.jobManager.resource
          "taskmanager.memory.process.size"); // spec.taskManager.resource

  private static final Set<String> SCALED = Set.of("resize", "request window");

  private static final int BYTES_A_PIXEL_IN_JAVA = 4;
  private static final int BYTES_A_PIXEL_IN_OPENCV = 3;

  @SuppressWarnings("unused") // by name
  private static final List<String> OVERLAYS = Manifests.OVERLAYS;

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void everyKeyOnKubernetesExistsAndItsValueParses(String overlay) throws Exception {
    assertThat(problems(Manifests.flinkConfiguration(overlay))).isEmpty();
  }

  @Test
  void everyKeyOutsideOfKubernetesExistsAndItsValueParses() throws Exception {
    assertThat(problems(outside())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "execution.checkpointing.intervall, 10 s",
    "execution.checkpointing.interval, soon",
    "jobmanager.scheduler, adaptively",
    "kubernetes.operator.deployment.rollback, true",
    "job.autoscaler.utilization.max, high",
    "job.autoscaler.utilisation.max, 0.9",
    "metrics.reporter.prom.port, many",
    "metrics.reporter.prom.factory, x",
    "s3.end-point, http://s3",
    "fs.s3a.aws.credentials.provider, com.amazonaws.Nobody",
  })
  void aWrongKeyOrValueIsNamed(String key, String value) throws Exception {
    assertThat(problems(Map.of(key, value))).singleElement().asString().contains(key.substring(3));
  }

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void whatIsSetOutsideOfKubernetesIsSetTheSameOnIt(String overlay) throws IOException {
    Map<String, String> expected = outside();
    expected.keySet().removeAll(NOT_ON_KUBERNETES);

    assertThat(Manifests.flinkConfiguration(overlay)).containsAllEntriesOf(expected);
  }

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void theJobStartsWithItsSettings(String overlay) throws Exception {
    JsonNode settings =
        Manifests.named(overlay, "ConfigMap", "satchel-config").at("/data/satchel.yaml");
    SatchelConfiguration configuration =
        SatchelConfiguration.of(Yaml.read(stream(settings.asText()), "satchel.yaml"));

    assertThat(configuration.flink().toMap()).isEmpty();
    JsonNode mounts =
        Manifests.deployment(overlay).at("/spec/podTemplate/spec/containers/0/volumeMounts");
    assertThat(mounts.findValuesAsText("mountPath"))
        .contains(configuration.options().get(SatchelOptions.CREDENTIALS_DIR));
  }

  @Test
  void oneProcessStartsWithItsSettings() throws Exception {
    JsonNode settings =
        Manifests.named("small", "ConfigMap", "satchel-config").at("/data/satchel.yaml");
    SatchelConfiguration configuration =
        SatchelConfiguration.of(Yaml.read(stream(settings.asText()), "satchel.yaml"));

    assertThat(problems(configuration.flink().toMap())).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void theTaskManagersMemoryAddsUp(String overlay) throws IOException {
    Configuration settings = Configuration.fromMap(Manifests.flinkConfiguration(overlay));
    MemorySize pod = memory(overlay, "taskManager");
    settings.set(TaskManagerOptions.TOTAL_PROCESS_MEMORY, pod);
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(settings);

    assertThat(spec.getTotalProcessMemorySize()).isEqualTo(pod);
    // A picture that only Java decodes, beside the bytes being fetched (a quarter of the heap).
    long picture = SatchelOptions.RESIZE_MAX_PIXELS.defaultValue() * BYTES_A_PIXEL_IN_JAVA;
    long heap = spec.getJvmHeapMemorySize().getBytes();
    assertThat(heap * 3 / 4).isGreaterThan(picture);
    assertThat(heap / 4).isGreaterThan(SatchelOptions.FETCH_MAX_SIZE.defaultValue().getBytes());
    // A picture in each slot that OpenCV decodes.
    assertThat(spec.getTaskOffHeapSize().getBytes())
        .isGreaterThanOrEqualTo(
            SatchelOptions.RESIZE_MAX_PIXELS.defaultValue()
                * BYTES_A_PIXEL_IN_OPENCV
                * spec.getNumSlots());
    // RocksDB does not start below this in a slot with two stateful operators.
    assertThat(spec.getManagedMemorySize().divide(spec.getNumSlots()))
        .isGreaterThanOrEqualTo(MemorySize.ofMebiBytes(64));
  }

  @ParameterizedTest
  @FieldSource("OVERLAYS")
  void theJobManagersMemoryAddsUp(String overlay) throws IOException {
    Configuration settings = Configuration.fromMap(Manifests.flinkConfiguration(overlay));
    MemorySize pod = memory(overlay, "jobManager");
    settings.set(JobManagerOptions.TOTAL_PROCESS_MEMORY, pod);

    assertThat(JobManagerProcessUtils.processSpecFromConfig(settings).getTotalProcessMemorySize())
        .isEqualTo(pod);
  }

  /** A vertex that is renamed, or a new one, is to be thought of. */
  @Test
  void theAutoscalerLeavesEveryVertexAloneButTheNamedOnes() throws Exception {
    List<String> excluded =
        Arrays.asList(
            Manifests.flinkConfiguration("prod")
                .getOrDefault("job.autoscaler.vertex.exclude.ids", "")
                .split(";"));
    Map<String, String> vertices = vertices();

    assertThat(vertices.values()).containsAll(excluded);
    Set<String> scaled = new HashSet<>();
    vertices.forEach(
        (name, id) -> {
          if (!excluded.contains(id)) {
            scaled.add(name);
          }
        });
    assertThat(scaled).isEqualTo(SCALED);
  }

  @Test
  void theReporterListensWherePrometheusAsks() throws IOException {
    JsonNode port = Manifests.deployment("prod").at("/spec/podTemplate/spec/containers/0/ports/0");

    assertThat(Manifests.flinkConfiguration("prod").get("metrics.reporter.prom.port"))
        .startsWith(port.path("containerPort").asText() + "-");
    assertThat(
            Manifests.named("prod", "PodMonitor", "satchel").at("/spec/podMetricsEndpoints/0/port"))
        .isEqualTo(port.path("name"));
  }

  private static List<String> problems(Map<String, String> settings) throws Exception {
    Path plugins = Manifests.DIRECTORY.resolve("target/plugins/s3-fs-hadoop");
    try (Stream<Path> jars = Files.list(plugins);
        FlinkKeys keys = new FlinkKeys(jars.map(Path::toFile).findFirst().orElseThrow())) {
      return settings.entrySet().stream()
          .flatMap(each -> keys.problem(each.getKey(), each.getValue()).stream())
          .toList();
    }
  }

  private static Map<String, String> outside() throws IOException {
    try (InputStream in = Files.newInputStream(OUTSIDE)) {
      return Yaml.read(in, OUTSIDE.toString());
    }
  }

  private static MemorySize memory(String overlay, String role) throws IOException {
    return MemorySize.parse(
        Manifests.deployment(overlay).at("/spec/" + role + "/resource/memory").asText());
  }

  private static Map<String, String> vertices() throws Exception {
    var environment = StreamExecutionEnvironment.getExecutionEnvironment();
    SatchelJob.build(
        environment,
        SatchelConfiguration.of(
                Map.of(
                    "site.name", "Pets for All",
                    "site.contact", "https://pets.test/contact",
                    "kafka.bootstrap-servers", "kafka:9092",
                    "archives.dir", "file:///archives",
                    "credentials.dir", "/credentials"))
            .options());
    Map<String, String> vertices = new LinkedHashMap<>();
    for (JobVertex vertex : environment.getStreamGraph().getJobGraph().getVertices()) {
      vertices.put(vertex.getName(), vertex.getID().toString());
    }
    return vertices;
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
