package io.github.satchel.bench.burst;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Pupils who train again, which takes a minute: nightly, as {@code RetrainingIT} tests the job's
 * part.
 */
class RetrainAttack {

  @TempDir private Path directory;

  @Test
  void trainingAgainAsksForTheNewPicturesOnly() throws Exception {
    StringWriter out = new StringWriter();
    CommandLine satchel = Bench.commandLine();
    satchel.setOut(new PrintWriter(out));

    int status =
        satchel.execute(
            "bench",
            "retrain",
            "--students=1",
            "--images=10",
            "--warm-up=1",
            "--json",
            "--directory=" + directory);

    assertThat(status).describedAs(out.toString()).isZero();
    JsonNode result = Json.MAPPER.readTree(out.toString());
    assertThat(result.path("kept").asInt()).isEqualTo(20);
    assertThat(result.at("/first/downloads").asDouble()).isEqualTo(20);
    assertThat(result.at("/first/resizes").asDouble()).isEqualTo(20);
    assertThat(result.at("/again/downloads").asDouble()).isEqualTo(2);
    assertThat(result.at("/again/resizes").asDouble()).isEqualTo(2);
    assertThat(result.at("/again/median").asDouble()).isPositive();
  }
}
