package io.github.satchel.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SatchelConfigurationTest {

  private static final Map<String, String> LEAST =
      Map.of(
          "site.name", "Pets for All",
          "site.contact", "https://pets.test/contact",
          "kafka.bootstrap-servers", "localhost:9092",
          "archives.dir", "file:///var/satchel",
          "credentials.dir", "/etc/satchel/credentials");

  @TempDir Path dir;

  @Test
  void nestedAndDottedKeysListsAndOverridesAreRead() throws Exception {
    Path file =
        write(
            """
            site: {name: "Pets for all", contact: "https://pets.example"}
            kafka:
              bootstrap-servers: "kafka:9092"
              properties:
                security.protocol: SASL_SSL
            archives.dir: s3://archives
            credentials: {dir: /etc/satchel}
            fetch:
              timeout: 5 s
              allowed-networks: [10.0.0.0/8, "127.0.0.1/32"]
            flink:
              s3.endpoint: http://localhost:9000
            """);

    SatchelConfiguration configuration =
        SatchelConfiguration.load(file, Map.of("archives.dir", "file:///tmp/a"));

    var options = configuration.options();
    assertThat(options.get(SatchelOptions.KAFKA_BOOTSTRAP_SERVERS)).isEqualTo("kafka:9092");
    assertThat(options.get(SatchelOptions.KAFKA_PROPERTIES))
        .isEqualTo(Map.of("security.protocol", "SASL_SSL"));
    assertThat(options.get(SatchelOptions.ARCHIVES_DIR)).isEqualTo("file:///tmp/a");
    assertThat(options.get(SatchelOptions.FETCH_TIMEOUT)).isEqualTo(Duration.ofSeconds(5));
    assertThat(options.get(SatchelOptions.FETCH_ALLOWED_NETWORKS))
        .isEqualTo(List.of("10.0.0.0/8", "127.0.0.1/32"));
    assertThat(configuration.flink().toMap())
        .isEqualTo(Map.of("s3.endpoint", "http://localhost:9000"));
  }

  @Test
  void aValueThatMayHoldAPasswordIsNotSaid() {
    assertThat(problems(with("kafka.properties", "password=s3cret")))
        .containsExactly("kafka.properties is not keys and values below this key");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fetch.timout           | 5 s   | unknown key fetch.timout; allowed are
          fetsch.timeout         | 5 s   | unknown key fetsch.timeout; keys start with site., kafka.,
          plain                  | 1     | unknown key plain; keys start with
          fetch.timeout          | soon  | fetch.timeout: 'soon' is not a duration such as
          fetch.concurrency      | many  | fetch.concurrency: 'many' is not a whole number
          fetch.concurrency      | 0     | fetch.concurrency: 0 is less than 1
          dispatch.in-flight     | 19    | dispatch.in-flight: 19 is less than 20
          dispatch.quantum       | 0     | dispatch.quantum: 0 is less than 1
          dispatch.patience      | 0 s   | dispatch.patience: 0 ms is less than 100 ms
          archives.keep          | maybe | archives.keep: 'maybe' is not true or false
          credentials.key-set    | k.jwks | credentials.allowed-origins: empty, so that credentials.key-set is of no use
          archives.inline-memory | 1 mb  | archives.inline-memory: 1 mb is less than archives.inline-size, 4 mb
          admit.remember         | 1 min | admit.remember: 1 min is not longer than request.max-deadline, 30 min
          """)
  void aWrongKeyOrValueIsNamedWithWhatIsAllowed(String key, String value, String message) {
    assertThat(problems(with(key, value))).singleElement().asString().startsWith(message);
  }

  @Test
  void theOldNameOfASettingStillWorks() throws Exception {
    Configuration options = SatchelConfiguration.of(with("watson.max-uploads", "3")).options();

    assertThat(options.get(SatchelOptions.TRAINER_MAX_UPLOADS)).isEqualTo(3);
  }

  @Test
  void anOriginOfEncryptedCredentialsIsOne() {
    Map<String, String> values = with("credentials.key-set", "keys.jwks");
    values.put("credentials.allowed-origins", "https://trainer.example.org/api");

    assertThat(problems(values))
        .containsExactly(
            "credentials.allowed-origins: The origin https://trainer.example.org/api must have no"
                + " path");
  }

  @Test
  void everythingThatIsWrongIsNamedAtOnce() {
    assertThat(problems(Map.of("archives.keep", "maybe", "who", "knows")))
        .hasSize(7)
        .anyMatch(problem -> problem.startsWith("site.name is missing: What your site is called"))
        .anyMatch(problem -> problem.startsWith("site.contact is missing"))
        .anyMatch(
            problem -> problem.startsWith("kafka.bootstrap-servers is missing: Kafka brokers"))
        .anyMatch(problem -> problem.startsWith("archives.dir is missing"))
        .anyMatch(problem -> problem.startsWith("credentials.dir is missing"));
  }

  @Test
  void aFileThatIsNoYamlIsNamedWithTheLineAndNotWithWhatItHolds() throws Exception {
    Path file = write("kafka.group-id: a\nkafka.properties.ssl.key.password: \"s3cret");

    assertThat(
            catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> SatchelConfiguration.load(file, Map.of())))
        .hasMessageContaining("satchel.yaml is not YAML: line 2: ")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThat(
            catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> SatchelConfiguration.load(dir.resolve("none.yaml"), Map.of())))
        .hasMessageContaining("none.yaml");
  }

  @Test
  void thePageOfSettingsIsUpToDate() throws Exception {
    Path page = Path.of("..", "docs", "configuration.md");

    if (Boolean.getBoolean("docs.update")) {
      Files.writeString(page, ConfigurationDocs.render());
    }
    assertThat(page)
        .as("stale; ./mvnw -pl job -am test -Ddocs.update=true writes it anew")
        .hasContent(ConfigurationDocs.render());
  }

  private static Map<String, String> with(String key, String value) {
    Map<String, String> values = new HashMap<>(LEAST);
    values.put(key, value);
    return values;
  }

  private static List<String> problems(Map<String, String> values) {
    return catchThrowableOfType(
            InvalidConfigurationException.class, () -> SatchelConfiguration.of(values))
        .problems();
  }

  private Path write(String yaml) throws Exception {
    return Files.writeString(dir.resolve("satchel.yaml"), yaml);
  }
}
