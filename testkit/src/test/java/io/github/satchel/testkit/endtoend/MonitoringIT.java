package io.github.satchel.testkit.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Json;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.RunningJob;
import io.github.satchel.testkit.pictures.PictureFault;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dashboard and alerts ask for is what Prometheus gets of the job. */
class MonitoringIT {

  private static final Path DASHBOARD =
      Path.of("../k8s-operator/components/monitoring/dashboard.json");
  private static final Path ALERTS = Path.of("../docker/prometheus/alerts.yaml");
  private static final Path GUIDE = Path.of("../docs/runbook.md");

  private static final Pattern METRIC = Pattern.compile("\\bflink_\\w+");
  private static final Pattern SERIES = Pattern.compile("^(flink_\\w+)", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=\"");
  private static final Pattern RUNBOOK =
      Pattern.compile("runbook_url: \\S*docs/runbook\\.md#(\\w+)");
  private static final String OPERATOR = "flink_taskmanager_job_task_operator_";
  private static final int IMAGES = 12;

  /** Labels of Flink's, of its summaries, and of {@link JobMetric}. */
  private static final Set<String> LABELS =
      Set.of(
          "job_name",
          "task_name",
          "operator_name",
          "subtask_index",
          "task_attempt_id",
          "quantile",
          "le",
          "code",
          "kernel",
          "format",
          "outcome");

  @Test
  void everyMetricOfDashboardAlertsAndPageIsExportedAfterABurst(@TempDir Path directory)
      throws Exception {
    int port = freePort();
    Set<String> wanted = new TreeSet<>(metrics(Files.readString(ALERTS)));
    for (JsonNode expression : dashboard().findValues("expr")) {
      wanted.addAll(metrics(expression.asText()));
    }
    // Those of the Kubernetes operator come from its own process.
    wanted.removeIf(metric -> metric.startsWith("flink_k8soperator_"));
    Arrays.stream(JobMetric.values())
        .map(metric -> OPERATOR + metric.exportedName())
        .forEach(wanted::add);

    try (LocalServices services = LocalServices.builder(directory.resolve("services")).start();
        Site site = new Site(services);
        RunningJob job = RunningJob.start(settings(services, port), directory.resolve("job"))) {
      assertThat(site.train(request(services, "good", 0).json()).event().type())
          .isEqualTo(Event.Type.STORED);
      assertThat(site.train(request(services, "bad", 1).json()).event().type())
          .isEqualTo(Event.Type.FAILED);

      await("every metric")
          .untilAsserted(() -> assertThat(exported(scrape(port))).containsAll(wanted));
      assertThat(labels(scrape(port))).isSubsetOf(LABELS);
      assertThat(job.failures()).isEmpty();
    }
  }

  @Test
  void everyAlertHasAPlaceInTheGuide() throws IOException {
    String guide = Files.readString(GUIDE);

    assertThat(RUNBOOK.matcher(Files.readString(ALERTS)).results().map(match -> match.group(1)))
        .isNotEmpty()
        .allSatisfy(
            anchor -> assertThat(guide.toLowerCase(Locale.ROOT)).contains("\n## " + anchor));
  }

  private static Map<String, String> settings(LocalServices services, int port) {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("flink.metrics.reporter.prom.port", String.valueOf(port));
    return settings;
  }

  private static RequestBuilder request(LocalServices services, String id, int bad) {
    RequestBuilder request =
        new RequestBuilder("monitoring-" + id, "monitoring-" + id, "pupil", "Pets");
    for (int i = 0; i < IMAGES; i++) {
      request.download("cat", "cat-" + i, services.pictures().pictureUrl(700 + i));
      request.download("dog", "dog-" + i, services.pictures().pictureUrl(800 + i));
    }
    if (bad > 0) {
      request.download("dog", "broken", services.pictures().faultUrl(PictureFault.TRUNCATED, 1));
    }
    return request.store();
  }

  private static JsonNode dashboard() throws IOException {
    return Json.MAPPER.readTree(DASHBOARD.toFile());
  }

  private static Set<String> metrics(String text) {
    return METRIC.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
  }

  private static Set<String> exported(String scrape) {
    return SERIES
        .matcher(scrape)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toSet());
  }

  /**
   * Of the series that Prometheus on Kubernetes keeps: Kafka's clients have labels of their own.
   */
  private static Set<String> labels(String scrape) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(OPERATOR) && !line.contains("_Kafka"))
        .filter(line -> !line.contains("_split_watermark_"))
        .flatMap(line -> LABEL.matcher(line).results().map(match -> match.group(1)))
        .collect(Collectors.toSet());
  }

  private static String scrape(int port) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString(UTF_8)).body();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
