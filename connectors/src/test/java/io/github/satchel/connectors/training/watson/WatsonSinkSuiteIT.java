package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.testframe.environment.MiniClusterTestEnvironment;
import org.apache.flink.connector.testframe.environment.TestEnvironment;
import org.apache.flink.connector.testframe.external.ExternalContextFactory;
import org.apache.flink.connector.testframe.external.ExternalSystemDataReader;
import org.apache.flink.connector.testframe.external.sink.DataStreamSinkExternalContext;
import org.apache.flink.connector.testframe.external.sink.DataStreamSinkV2ExternalContext;
import org.apache.flink.connector.testframe.external.sink.TestingSinkSettings;
import org.apache.flink.connector.testframe.junit.annotations.TestContext;
import org.apache.flink.connector.testframe.junit.annotations.TestEnv;
import org.apache.flink.connector.testframe.junit.annotations.TestSemantics;
import org.apache.flink.connector.testframe.testsuites.SinkTestSuiteBase;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.util.FileUtils;

/**
 * Flink's own suite for sinks. An element is the name of a classifier; what was written is the
 * classifiers of the service, each of them once.
 */
class WatsonSinkSuiteIT extends SinkTestSuiteBase<String> {

  @TestEnv MiniClusterTestEnvironment cluster = new MiniClusterTestEnvironment();

  /** The stricter one: every element leaves exactly one classifier. */
  @TestSemantics CheckpointingMode[] semantics = {CheckpointingMode.EXACTLY_ONCE};

  @TestContext ExternalContextFactory<Service> services = Service::new;

  /**
   * Not run: the suite looks for the writer's metrics in the first vertex of the sink's name, which
   * here is one of the topology before the writer. {@link TrainingOperatorTest} has the metrics.
   */
  @Override
  public void testMetrics(
      TestEnvironment environment,
      DataStreamSinkExternalContext<String> service,
      CheckpointingMode semantic) {}

  /** A service of its own for each test. */
  static final class Service implements DataStreamSinkV2ExternalContext<String> {

    private static final int ELEMENTS = 30;
    private static final String KEY = "secret-key";

    private final String name;
    private final FakeWatson watson;
    private final Path directory;

    Service(String name) {
      this.name = name;
      try {
        watson = new FakeWatson();
        directory = Files.createTempDirectory("satchel-sink-suite");
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }

    @Override
    public Sink<String> createSink(TestingSinkSettings settings) {
      String url = watson.url();
      String archives = directory.toUri().toString();
      return WatsonSink.<String>builder()
          .setElementConverter(element -> training(archives, element))
          .setEventSink(new CollectingSink(name, 0))
          .setCredentialsResolver(ignored -> Optional.of(new Credentials(url, KEY, Auth.BASIC)))
          .setKeepArchives(true)
          .setFollow(false) // one event a training
          .build();
    }

    private static Training training(String archives, String element) {
      List<ExampleArchive> zips =
          Stream.of("cat", "dog")
              .map(label -> new ExampleArchive(label, archives + label + ".zip", 1000, 10, null))
              .toList();
      return new Training(
          element,
          element,
          zips,
          archives + element + ".json",
          TestTrainings.named("class-7"),
          List.of(),
          Map.of());
    }

    @Override
    public List<String> generateTestData(TestingSinkSettings settings, long seed) {
      try {
        Files.write(directory.resolve("cat.zip"), new byte[1000]);
        Files.write(directory.resolve("dog.zip"), new byte[1000]);
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      return IntStream.range(0, ELEMENTS).mapToObj(i -> "r" + seed + "_" + i).toList();
    }

    /** Reads from the start, every classifier once. */
    @Override
    public ExternalSystemDataReader<String> createSinkDataReader(TestingSinkSettings settings) {
      return new ExternalSystemDataReader<>() {

        private int position;

        @Override
        public List<String> poll(Duration timeout) {
          List<String> names = watson.names(KEY);
          List<String> fresh = new ArrayList<>(names.subList(position, names.size()));
          position = names.size();
          return fresh;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public TypeInformation<String> getProducedType() {
      return TypeInformation.of(String.class);
    }

    @Override
    public List<URL> getConnectorJarPaths() {
      return List.of();
    }

    @Override
    public void close() throws IOException {
      watson.close();
      FileUtils.deleteDirectory(directory.toFile());
    }

    @Override
    public String toString() {
      return "Watson";
    }
  }
}
