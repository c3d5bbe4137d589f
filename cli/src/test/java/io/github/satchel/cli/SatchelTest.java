package io.github.satchel.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
            "validate", "submit", "watch", "replay", "keys", "demo", "services", "run", "bench");
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Satchel.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
