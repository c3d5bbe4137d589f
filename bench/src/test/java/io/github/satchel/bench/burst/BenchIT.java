package io.github.satchel.bench.burst;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchIT {

  @TempDir private Path directory;

  @Test
  void aBurstOnProcessesIsServedAndMeasured() throws Exception {
    StringWriter out = new StringWriter();
    CommandLine satchel = Bench.commandLine();
    satchel.setOut(new PrintWriter(out));
    Path report = directory.resolve("report.html");

    int status =
        satchel.execute(
            "bench",
            "burst",
            "--students=3",
            "--images=10",
            "--warm-up=1",
            "--json",
            "--report=" + report,
            "--directory=" + directory);

    assertThat(status).describedAs(out.toString()).isZero();
    JsonNode result = Json.MAPPER.readTree(out.toString());
    assertThat(result.path("outcomes").path("uploaded").asInt()).isEqualTo(3);
    assertThat(result.path("classifiers").asInt()).isEqualTo(3);
    assertThat(result.path("images").asInt()).isEqualTo(60);
    assertThat(result.path("order")).hasSize(3);
    assertThat(result.path("imagesPerCpuSecond").asDouble()).isPositive();
    // From a line of the task manager's log.
    assertThat(result.path("stages").path("uploading").asDouble()).isPositive();
    JsonNode processes = result.path("processes");
    assertThat(processes.findValuesAsText("name"))
        .containsExactly("jobmanager", "taskmanager-1", "kafka", "s3", "pictures", "trainer");
    assertThat(processes.get(1).path("cpuSeconds").asDouble()).isPositive();
    assertThat(processes.get(1).path("peakRssOfLife").asLong()).isBetween(300L << 20, 1600L << 20);
    assertThat(Files.size(report)).isGreaterThan(200_000);
    assertThat(ProcessHandle.current().children()).isEmpty();
  }
}
