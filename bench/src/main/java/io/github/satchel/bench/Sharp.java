package io.github.satchel.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures sharp, a Node.js module over libvips, in a process of its own. */
final class Sharp {

  static final String NAME = "SHARP";

  private final Path home;

  /**
   * @param home directory of the peer's package.json
   */
  Sharp(Path home) {
    this.home = home;
  }

  /** Measures the pictures of a directory, and leaves each as {@code NAME.png} in the results. */
  List<Measurement> measure(Path pictures, Path results, int seconds, ResizeSettings settings)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(home.resolve("node_modules"))) {
      run("npm", "ci", "--silent");
    }
    String output =
        run(
            "node",
            "peer.mjs",
            pictures.toString(),
            results.toString(),
            Integer.toString(seconds),
            Integer.toString(settings.width()),
            Integer.toString(settings.height()),
            Integer.toString(settings.jpegQuality()));
    JsonNode answer = new JsonMapper().readTree(output);
    var measurements = new ArrayList<Measurement>();
    for (JsonNode node : answer.get("measurements")) {
      measurements.add(
          new Measurement(
              NAME,
              node.get("pictureClass").asText(),
              node.get("format").asText().toUpperCase(Locale.ROOT),
              node.get("pictures").asInt(),
              node.get("cpuMillis").asDouble()));
    }
    return measurements;
  }

  private String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + status);
    }
    return output;
  }
}
