package io.github.satchel.bench.burst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.satchel.cli.Satchel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    "bench burst --peer nobody, '--peer must be one of site, http, alone, not nobody'",
    "bench burst --peer alone,  --peer alone goes with --large",
    "bench burst --rounds 0,    --rounds must be at least 1",
    "bench burst --rounds 2 --report r.html,--report goes with one round and no --peer",
    "bench burst --http --tls all,--http and --tls all exclude each other",
    "bench burst --tls some,    '--tls must be pictures or all, not some'",
    "bench burst --trust-store none,--trust-store: there is no file none",
    "bench idle --minutes 0,    --minutes must be more than 0",
    "bench soak --minutes 0,    --minutes must be more than 0"
  })
  void aWrongOptionIsNamedAndTheStatusIsTwo(String line, String complaint) {
    assertThat(execute(line.split(" "))).isEqualTo(2);

    assertThat(err.toString()).contains(complaint).doesNotContain("Exception", "\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aMixThatNamesNoFileIsAnsweredWithTheNamesThatThereAre(@TempDir Path pictures)
      throws Exception {
    Files.write(pictures.resolve("web_1.png"), new byte[] {1});

    assertThat(execute("bench", "burst", "--pictures=" + pictures, "--mix=selfie=1")).isEqualTo(1);

    assertThat(err.toString()).contains("is called selfie_", "there are web").hasLineCount(1);
  }

  @Test
  void aPeerThatCannotRunSaysWhatIsMissingAndWhatHelps(@TempDir Path peer) throws Exception {
    assertThatThrownBy(() -> SitePeer.require(peer, "java"))
        .hasMessageContaining("There is no site.mjs in " + peer);
    Files.createFile(peer.resolve("site.mjs"));

    assertThatThrownBy(() -> SitePeer.require(peer, "no-such-node"))
        .hasMessage(
            "There is no no-such-node on the PATH, and the peer needs Node.js 20 or newer:"
                + " install it, or measure without --peer");
  }

  @Test
  void theHelpOfTheCommandLineNamesEachCommand() {
    assertThat(Satchel.commandLine().getUsageMessage())
        .contains(Bench.commandLine().getSubcommands().keySet());
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Bench.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
