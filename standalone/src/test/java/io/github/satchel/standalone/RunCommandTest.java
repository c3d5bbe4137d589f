package io.github.satchel.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.cli.Satchel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class RunCommandTest {

  private static final String MINIMAL =
      """
      site.name: Pets for All
      site.contact: https://pets.test/contact
      kafka.bootstrap-servers: "127.0.0.1:1"
      archives.dir: file:///nowhere
      credentials.dir: /nowhere
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"run,                       Missing required option: '--config=FILE'"})
  void aWrongOptionIsNamedAndTheStatusIsTwo(String line, String complaint) {
    assertThat(execute(line.split(" "))).isEqualTo(2);

    assertThat(err.toString()).contains(complaint).doesNotContain("Exception", "\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void runNamesEveryWrongKeyAndValueAndWhatIsAllowed() throws Exception {
    Path file = configuration(MINIMAL + "fetch.tiemout: 3 s\nresize.width: wide\n");

    assertThat(execute("run", "--config", file.toString())).isEqualTo(1);

    assertThat(err.toString().lines())
        .hasSize(3)
        .anyMatch(line -> line.contains("fetch.tiemout") && line.contains("fetch.timeout"))
        .anyMatch(line -> line.contains("resize.width: 'wide' is not"));
  }

  @Test
  void runAsksOnceForTheSitesNameAndContact() throws Exception {
    Path file = configuration(MINIMAL.replaceAll("site.*\n", ""));
    String[] command = {
      "run",
      "--config",
      file.toString(),
      "-D",
      "kafka.properties.default.api.timeout.ms=500",
      "-D",
      "kafka.properties.request.timeout.ms=500"
    };
    assertThat(execute(command)).isEqualTo(1);
    assertThat(err.toString()).contains("site.name is missing", "site.contact is missing");
    InputStream in = System.in;
    System.setProperty("satchel.terminal", "true");
    try {
      System.setIn(new ByteArrayInputStream("Pets: \"for all\"\nteam@pets.test\n".getBytes(UTF_8)));
      execute(command);
      System.setIn(InputStream.nullInputStream());
      execute(command); // asks for nothing more
    } finally {
      System.clearProperty("satchel.terminal");
      System.setIn(in);
    }

    assertThat(out.toString()).containsOnlyOnce("What is your site called?");
    assertThat(err.toString().lines().filter(line -> line.startsWith("Kafka at 127.0.0.1:1")))
        .hasSize(2);
    assertThat(file)
        .content()
        .endsWith(
            """
            site.name: "Pets: \\"for all\\""
            site.contact: "team@pets.test"
            """);
  }

  @Test
  void runNamesAWrongOverride() throws Exception {
    Path file = configuration(MINIMAL);

    assertThat(execute("run", "--config", file.toString(), "-D", "fetch.concurrency=0"))
        .isEqualTo(1);

    assertThat(err.toString().strip())
        .isEqualTo("Wrong configuration: fetch.concurrency: 0 is less than 1");
  }

  @Test
  void runSaysInOneLineThatTheConfigurationCannotBeRead() throws Exception {
    Path missing = directory.resolve("missing.yaml");
    assertThat(execute("run", "--config", missing.toString())).isEqualTo(1);
    assertThat(err.toString().strip()).hasLineCount(1).contains("cannot read " + missing);
  }

  @Test
  void runSaysInOneSentenceThatKafkaDoesNotAnswer() throws Exception {
    Path file = configuration(MINIMAL);

    int status =
        execute(
            "run",
            "--config",
            file.toString(),
            "--directory",
            directory.toString(),
            "-D",
            "kafka.properties.default.api.timeout.ms=500",
            "-D",
            "kafka.properties.request.timeout.ms=500");

    assertThat(status).isEqualTo(1);
    assertThat(err.toString().strip())
        .hasLineCount(1)
        .startsWith("Kafka at 127.0.0.1:1 does not respond")
        .contains("kafka.bootstrap-servers");
  }

  private Path configuration(String yaml) throws IOException {
    return Files.writeString(directory.resolve("satchel.yaml"), yaml);
  }

  @Test
  void theHelpOfTheCommandLineNamesEachCommand() {
    assertThat(Satchel.commandLine().getUsageMessage())
        .contains(Standalone.commandLine().getSubcommands().keySet());
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Standalone.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
