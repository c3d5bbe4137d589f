package io.github.satchel.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.job.model.Json;
import io.github.satchel.local.flink.EmbeddedFlink;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.WebOptions;

/** The job on an embedded Flink, in this JVM. */
final class RunningJob implements AutoCloseable {

  private final EmbeddedFlink flink;
  private final JobID id;

  private RunningJob(EmbeddedFlink flink, JobID id) {
    this.flink = flink;
    this.id = id;
  }

  /**
   * Starts Flink and the job.
   *
   * @param settings of the job and, with their prefix, of Flink
   * @param directory for checkpoints and what is temporary
   */
  static RunningJob start(Map<String, String> settings, Path directory)
      throws IOException, InvalidConfigurationException {
    SatchelConfiguration configuration = SatchelConfiguration.of(settings);
    Configuration flinkSettings = new Configuration();
    flinkSettings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.resolve("checkpoints").toUri().toString());
    flinkSettings.set(
        CoreOptions.TMP_DIRS, Files.createDirectories(directory.resolve("tmp")).toString());
    flinkSettings.set(RestOptions.PORT, 0);
    flinkSettings.set(RestOptions.BIND_PORT, "0");
    flinkSettings.set(WebOptions.REFRESH_INTERVAL, Duration.ofMillis(100));
    flinkSettings.addAll(configuration.flink());
    EmbeddedFlink flink =
        EmbeddedFlink.start(EmbeddedFlink.settings(flinkSettings), Path.of("target/plugins"));
    try {
      return new RunningJob(flink, flink.submit(configuration.options(), null));
    } catch (IOException e) {
      flink.close();
      throw e;
    }
  }

  JobStatus status() throws IOException {
    return flink.status(id);
  }

  /** What made the job restart so far, by Flink's REST API; an empty array if nothing did. */
  JsonNode failures() throws IOException, InterruptedException {
    URI exceptions = URI.create(flink.dashboard() + "/jobs/" + id + "/exceptions");
    String answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(exceptions).build(), BodyHandlers.ofString())
            .body();
    return Json.MAPPER.readTree(answer).required("exceptionHistory").required("entries");
  }

  @Override
  public void close() {
    flink.close();
  }
}
