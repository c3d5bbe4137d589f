package io.github.satchel.testkit.flink;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.standalone.Checkpoints;
import io.github.satchel.standalone.EmbeddedFlink;
import io.github.satchel.standalone.S3Plugin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.WebOptions;

/** The job on an embedded Flink, in this JVM. */
public final class RunningJob implements AutoCloseable {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final EmbeddedFlink flink;

  private RunningJob(EmbeddedFlink flink) {
    this.flink = flink;
  }

  /**
   * Starts Flink and the job, which goes on where one before it in the same directory was.
   *
   * @param settings of the job and, with their prefix, of Flink
   * @param directory for checkpoints and what is temporary
   */
  public static RunningJob start(Map<String, String> settings, Path directory)
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
        EmbeddedFlink.start(EmbeddedFlink.settings(flinkSettings), S3Plugin.directory());
    try {
      Optional<String> checkpoint =
          Checkpoints.latest(
              new org.apache.flink.core.fs.Path(directory.resolve("checkpoints").toUri()));
      flink.submit(configuration.options(), checkpoint.orElse(null));
      return new RunningJob(flink);
    } catch (IOException e) {
      flink.close();
      throw e;
    }
  }

  /** Where Flink's REST API is. */
  public URI dashboard() throws IOException {
    return flink.dashboard();
  }

  /** Takes a checkpoint, from which the next job in the directory goes on. */
  public void checkpoint() throws IOException {
    flink.checkpoint();
  }

  public JobStatus status() throws IOException {
    return flink.status();
  }

  /** What made the job restart so far, by Flink's REST API; an empty array if nothing did. */
  public JsonNode failures() throws IOException, InterruptedException {
    String id = get("/jobs").required("jobs").required(0).required("id").textValue();
    return get("/jobs/" + id + "/exceptions").required("exceptionHistory").required("entries");
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(flink.dashboard() + path)).build();
    return Json.MAPPER.readTree(HTTP.send(request, BodyHandlers.ofString()).body());
  }

  @Override
  public void close() {
    flink.close();
  }
}
