package io.github.satchel.testkit.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a Flink cluster that runs one job, over its REST API
 * (https://nightlies.apache.org/flink/flink-docs-release-2.2/docs/ops/rest_api/).
 */
public final class FlinkRest {

  /**
   * A vertex of the job's graph.
   *
   * @param status {@code RUNNING} and so on, of the vertex as a whole
   */
  public record Vertex(String id, String name, int parallelism, String status) {}

  /**
   * A checkpoint or savepoint.
   *
   * @param status {@code COMPLETED}, {@code FAILED} or {@code IN_PROGRESS}
   * @param duration from trigger to the last acknowledgement
   * @param stateSize bytes of all that it refers to
   */
  public record Checkpoint(
      long id, String status, Instant triggered, Duration duration, long stateSize) {}

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  private final URI address;
  private volatile @Nullable String job;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  /**
   * @param address of the dashboard
   */
  public FlinkRest(URI address) {
    this.address = address;
  }

  /** Where the dashboard is. */
  public URI address() {
    return address;
  }

  /** The id of the job, once there is one. */
  public Optional<String> findJob() throws IOException {
    JsonNode jobs = get("/jobs/overview").path("jobs");
    return jobs.isEmpty() ? Optional.empty() : Optional.of(jobs.get(0).path("jid").asText());
  }

  /** What the job is doing, such as {@code RUNNING}. */
  public String status() throws IOException {
    return get(job()).path("state").asText();
  }

  /** How many task managers have registered. */
  public int taskManagers() throws IOException {
    return get("/taskmanagers").path("taskmanagers").size();
  }

  /** The job's vertices, sources first. */
  public List<Vertex> vertices() throws IOException {
    List<Vertex> vertices = new ArrayList<>();
    for (JsonNode vertex : get(job()).path("vertices")) {
      vertices.add(
          new Vertex(
              vertex.path("id").asText(),
              vertex.path("name").asText(),
              vertex.path("parallelism").asInt(),
              vertex.path("status").asText()));
    }
    return vertices;
  }

  /** Whether every task of the job is ready for its first record, or its next one. */
  public boolean isServing() throws IOException {
    if (findJob().isEmpty()) {
      return false;
    }
    List<Vertex> vertices = vertices();
    return !vertices.isEmpty()
        && vertices.stream().allMatch(vertex -> vertex.status().equals("RUNNING"));
  }

  /** Records that each subtask of a vertex has read since the job last started or was rescaled. */
  public List<Long> recordsRead(Vertex vertex) throws IOException {
    List<Long> records = new ArrayList<>();
    for (JsonNode subtask : get(job() + "/vertices/" + vertex.id()).path("subtasks")) {
      records.add(subtask.at("/metrics/read-records").asLong());
    }
    return records;
  }

  /** The names of the metrics that a vertex's subtasks have. */
  public List<String> metricNames(Vertex vertex) throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonNode metric : get(metricsPath(vertex))) {
      names.add(metric.path("id").asText());
    }
    return names;
  }

  /**
   * Metrics of a vertex, each the mean of its subtasks. As old as {@code
   * metrics.fetcher.update-interval} says; one that is not known yet is missing.
   */
  public Map<String, Double> metrics(Vertex vertex, Collection<String> names) throws IOException {
    return metrics(vertex, names, "avg");
  }

  /** As {@link #metrics}, but each the sum of its subtasks. */
  public Map<String, Double> sums(Vertex vertex, Collection<String> names) throws IOException {
    return metrics(vertex, names, "sum");
  }

  private Map<String, Double> metrics(Vertex vertex, Collection<String> names, String aggregation)
      throws IOException {
    String get =
        names.stream().map(name -> URLEncoder.encode(name, UTF_8)).collect(Collectors.joining(","));
    Map<String, Double> values = new HashMap<>();
    for (JsonNode metric : get(metricsPath(vertex) + "?agg=" + aggregation + "&get=" + get)) {
      values.put(metric.path("id").asText(), metric.path(aggregation).asDouble());
    }
    return values;
  }

  /** How many records each subtask of a vertex was given since it was started last. */
  public List<Long> recordsOfSubtasks(Vertex vertex) throws IOException {
    List<Long> records = new ArrayList<>();
    for (JsonNode subtask : get(job() + "/vertices/" + vertex.id()).path("subtasks")) {
      records.add(subtask.at("/metrics/read-records").asLong());
    }
    return records;
  }

  /** The latest checkpoints, as many as {@code web.checkpoints.history} says, oldest first. */
  public List<Checkpoint> checkpoints() throws IOException {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (JsonNode each : get(job() + "/checkpoints").path("history")) {
      checkpoints.add(
          0,
          new Checkpoint(
              each.path("id").asLong(),
              each.path("status").asText(),
              Instant.ofEpochMilli(each.path("trigger_timestamp").asLong()),
              Duration.ofMillis(each.path("end_to_end_duration").asLong()),
              each.path("state_size").asLong()));
    }
    return checkpoints;
  }

  /**
   * Has vertices run with another parallelism.
   *
   * @param parallelism by the vertex's id; what is missing stays as it is
   */
  public void rescale(Map<String, Integer> parallelism) throws IOException {
    String path = job() + "/resource-requirements";
    ObjectNode requirements = (ObjectNode) get(path);
    parallelism.forEach(
        (vertex, upper) ->
            requirements
                .withObjectProperty(vertex)
                .withObjectProperty("parallelism")
                .put("lowerBound", 1)
                .put("upperBound", upper));
    send("PUT", path, requirements);
  }

  /** Takes a savepoint below a directory and says where it is. */
  public String savepoint(String directory) throws IOException, InterruptedException {
    return trigger(
        "/savepoints",
        MAPPER.createObjectNode().put("target-directory", directory).put("cancel-job", false));
  }

  /** Ends the job with a savepoint below a directory and says where it is. */
  public String stopWithSavepoint(String directory) throws IOException, InterruptedException {
    return trigger(
        "/stop", MAPPER.createObjectNode().put("targetDirectory", directory).put("drain", false));
  }

  /** Ends the job; its retained checkpoints stay. */
  public void cancel() throws IOException {
    send("PATCH", job() + "?mode=cancel", MAPPER.createObjectNode());
  }

  void forgetJob() {
    job = null;
  }

  private String trigger(String kind, ObjectNode body) throws IOException, InterruptedException {
    String job = job();
    String id = send("POST", job + kind, body).path("request-id").asText();
    while (true) {
      JsonNode answer = get(job + "/savepoints/" + id);
      if (answer.path("status").path("id").asText().equals("COMPLETED")) {
        JsonNode operation = answer.path("operation");
        if (operation.has("failure-cause")) {
          throw new IOException("No savepoint: " + operation.path("failure-cause").path("class"));
        }
        return operation.path("location").asText();
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  /** Remembered: there is one job, and its id changes only with the job manager. */
  private String job() throws IOException {
    String known = job;
    if (known == null) {
      known = "/jobs/" + findJob().orElseThrow(() -> new IOException("There is no job yet"));
      job = known;
    }
    return known;
  }

  private String metricsPath(Vertex vertex) throws IOException {
    return job() + "/vertices/" + vertex.id() + "/subtasks/metrics";
  }

  private JsonNode get(String path) throws IOException {
    return exchange(HttpRequest.newBuilder(address.resolve(path)).GET(), path);
  }

  private JsonNode send(String method, String path, JsonNode body) throws IOException {
    return exchange(
        HttpRequest.newBuilder(address.resolve(path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body.toString())),
        path);
  }

  private JsonNode exchange(HttpRequest.Builder request, String path) throws IOException {
    try {
      HttpResponse<String> response =
          client.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new IOException(
            "Flink answers %s with %d: %s".formatted(path, response.statusCode(), response.body()));
      }
      return MAPPER.readTree(response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
