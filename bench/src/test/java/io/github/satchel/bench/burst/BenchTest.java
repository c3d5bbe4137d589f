package io.github.satchel.bench.burst;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "bench burst --students 0,  --students must be at least 1",
    "bench burst --large 2,     --large must be labels x pictures",
    "bench burst --mix web=1,   --mix goes with --pictures",
    "bench burst --pictures pom.xml,--pictures: pom.xml is no directory",
    "bench burst --report pom.xml/report.html,--report: there is no directory for",
    "bench soak --minutes 0,    --minutes must be more than 0"
  })
  void aWrongOptionIsNamedAndTheStatusIsTwo(String line, String complaint) {
    assertThat(execute(line.split(" "))).isEqualTo(2);

    assertThat(err.toString()).contains(complaint).doesNotContain("Exception", "\tat ");
    assertThat(out.toString()).isEmpty();
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Bench.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
