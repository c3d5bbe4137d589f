package io.github.satchel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SatchelTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "keys generate k.jwks,      Missing required option: '--kid=KID'",
    "keys generate k.jwks --kid a --type DSA,Invalid value for option '--type'",
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

    assertThat(out.toString())
        .contains(
            "validate",
            "submit",
            "cancel",
            "forget",
            "watch",
            "replay",
            "keys",
            "demo",
            "services",
            "run",
            "bench");
  }

  @Test
  void theVersionIsThatOfTheBuild() {
    assertThat(execute("--version")).isZero();

    assertThat(out.toString()).matches("satchel \\d+\\.\\d+.*\\R");
  }

  @Test
  void aRequestIsReadFromStandardInput() {
    InputStream in = System.in;
    System.setIn(new ByteArrayInputStream("{\"requestId\": \"r-1\"}".getBytes(UTF_8)));
    try {
      assertThat(execute("validate", "-")).isEqualTo(ExitCode.INVALID);
    } finally {
      System.setIn(in);
    }
    assertThat(out.toString()).contains("/projectId: is missing");
  }

  @Test
  void whereKafkaIsComesFromTheEnvironment() {
    // picocli looks for system properties of the name before variables of the environment.
    System.setProperty("SATCHEL_BOOTSTRAP_SERVERS", "no-such-host.invalid:1");
    try {
      assertThat(execute("watch")).isEqualTo(1);
    } finally {
      System.clearProperty("SATCHEL_BOOTSTRAP_SERVERS");
    }
    assertThat(err.toString()).contains("no-such-host.invalid:1");
    KafkaOptions options = CommandLine.populateCommand(new KafkaOptions());
    assertThat(options.resultsTopic()).isEqualTo("training-results");
  }

  @Test
  void completionIsAScriptOfBash() {
    assertThat(execute("completion")).isZero();

    assertThat(out.toString()).contains("complete -F", "--from-beginning");
  }

  @ParameterizedTest
  @CsvSource({
    "500ms, 500",
    "30s, 30000",
    "15min, 900000",
    "2 h, 7200000",
    "1d, 86400000",
    "3, 3000"
  })
  void timesAreReadAsSettingsHaveThem(String text, long milliseconds) {
    assertThat(new DurationConverter().convert(text)).hasMillis(milliseconds);
  }

  @Test
  void whatIsNoTimeIsNamed() {
    assertThat(execute("submit", "r.json", "--timeout", "soon")).isEqualTo(2);

    assertThat(err.toString()).contains("'soon' is no time such as 500ms, 30s, 15min or 1h");
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Satchel.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
