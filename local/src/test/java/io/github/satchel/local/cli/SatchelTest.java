package io.github.satchel.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SatchelTest {

  private static final String MINIMAL =
      """
      kafka.bootstrap-servers: "127.0.0.1:1"
      archives.dir: file:///nowhere
      credentials.dir: /nowhere
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "demo --labels 1,           --labels must be at least 2",
    "demo --students 0,         --students must be at least 1",
    "demo --images 9,           --images must be 10 to 10000",
    "demo --faults 1.5,         --faults must be 0 to 1",
    "demo --onImageFailure hope,--onImageFailure must be fail or skip",
    "demo --students many,      Invalid value for option '--students': 'many' is not an int",
    "demo --studnets 3,         Unknown options: '--studnets'",
    "run,                       Missing required option: '--config=FILE'",
    "bench burst --students 0,  --students must be at least 1",
    "bench burst --large 2,     --large must be labels x pictures",
    "bench burst --mix web=1,   --mix goes with --pictures",
    "bench burst --pictures pom.xml,--pictures: pom.xml is no directory",
    "bench burst --report pom.xml/report.html,--report: there is no directory for",
    "bench soak --minutes 0,    --minutes must be more than 0",
    "keys generate k.jwks,      Missing required option: '--kid=KID'",
    "keys generate k.jwks --kid a --type DSA,Invalid value for option '--type'",
    "services --trainer-slots few,   Invalid value for option '--trainer-slots'",
    "services --trainer-train soon,  'soon' is no time such as 500ms",
    "services --trainer-lose 1.5,    lose must be from 0 to 1",
    "dmeo,                      Unmatched argument at index 0: 'dmeo'"
  })
  void aWrongOptionIsNamedAndTheStatusIsTwo(String line, String complaint) {
    assertThat(execute(line.split(" "))).isEqualTo(2);

    assertThat(err.toString()).contains(complaint).doesNotContain("Exception", "\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void helpNamesEveryCommand() {
    assertThat(execute("--help")).isZero();

    assertThat(out.toString()).contains("demo", "services", "run", "bench");
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
        .startsWith("Kafka at 127.0.0.1:1 does not answer")
        .contains("kafka.bootstrap-servers");
  }

  private Path configuration(String yaml) throws IOException {
    return Files.writeString(directory.resolve("satchel.yaml"), yaml);
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Satchel.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
