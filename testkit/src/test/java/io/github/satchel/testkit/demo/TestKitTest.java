package io.github.satchel.testkit.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.cli.Satchel;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TestKitTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "demo --labels 1,           --labels must be at least 2",
    "demo --students 0,         --students must be at least 1",
    "demo --images 9,           --images must be 10 to 10000",
    "demo --faults 1.5,         --faults must be 0 to 1",
    "demo --onImageFailure hope,--on-image-failure must be fail or skip",
    "demo --students many,      Invalid value for option '--students': 'many' is not an int",
    "demo --studnets 3,         Unknown options: '--studnets'",
    "services --trainer-slots few,   Invalid value for option '--trainer-slots'",
    "services --trainer-train soon,  '''soon'' is no time such as 500ms'",
    "services --trainer-lose 1.5,    lose must be from 0 to 1"
  })
  void aWrongOptionIsNamedAndTheStatusIsTwo(String line, String complaint) {
    assertThat(execute(line.split(" "))).isEqualTo(2);

    assertThat(err.toString()).contains(complaint).doesNotContain("Exception", "\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void theHelpOfTheCommandLineNamesEachCommand() {
    assertThat(Satchel.commandLine().getUsageMessage())
        .contains(TestKit.commandLine().getSubcommands().keySet());
  }

  private int execute(String... arguments) {
    CommandLine commandLine = TestKit.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
