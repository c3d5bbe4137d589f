package io.github.satchel.bench.autoscaling;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.satchel.job.Yaml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.util.TimeUtils;

/** How a deployment is scaled, as its manifest says, with every time divided by a factor. */
final class Autoscaling {

  private static final String CONFIGURATION = "spec.flinkConfiguration.";
  private static final String AUTOSCALER = "job.autoscaler.";

  /** What concerns scaling, and what the REST API may be asked for. */
  private static final Pattern KEYS =
      Pattern.compile("(job\\.autoscaler|jobmanager\\.adaptive-scheduler|web)\\..*");

  private static final Pattern TIME = Pattern.compile("\\d+ (s|min|h)");

  /** Of the operator: {@code kubernetes.operator.reconcile.interval}. */
  private static final Duration RECONCILE_INTERVAL = Duration.ofMinutes(1);

  private final Map<String, String> shipped = new HashMap<>();
  private final int factor;

  /**
   * Reads manifests.
   *
   * @param manifests YAML documents, of which one is the deployment
   */
  Autoscaling(Path manifests, int factor) throws IOException {
    this.factor = factor;
    for (String document : Files.readString(manifests).split("\n---\n", -1)) {
      Yaml.read(new ByteArrayInputStream(document.getBytes(UTF_8)), manifests.toString())
          .forEach(this::read);
    }
  }

  private void read(String path, String value) {
    if (path.startsWith(CONFIGURATION)) {
      String key = path.substring(CONFIGURATION.length());
      if (KEYS.matcher(key).matches()) {
        boolean time = TIME.matcher(value).matches();
        shipped.put(key, time ? shortened(TimeUtils.parseDuration(value)) : value);
      }
    }
  }

  private String shortened(Duration time) {
    return time.dividedBy(factor).toMillis() + " ms";
  }

  /** Gives a setting of the autoscaler another value. */
  void set(String key, String value) {
    shipped.put(AUTOSCALER + key, value);
  }

  /** Flink's settings. */
  Configuration settings() {
    Configuration settings = Configuration.fromMap(shipped);
    settings.set(
        MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL,
        MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL.defaultValue().dividedBy(factor));
    return settings;
  }

  /** Between two looks of the operator. */
  String interval() {
    return shortened(RECONCILE_INTERVAL);
  }

  /** For how long a vertex is too large before it shrinks. */
  Duration scaleDownInterval() {
    return TimeUtils.parseDuration(get("scale-down.interval"));
  }

  /** The parallelism of an idle vertex. */
  int least() {
    return Integer.parseInt(get("vertex.min-parallelism"));
  }

  /** The parallelism that a vertex has at most. */
  int most() {
    return Integer.parseInt(get("vertex.max-parallelism"));
  }

  /** The ids of the vertices that are left alone. */
  Set<String> excluded() {
    return Set.of(get("vertex.exclude.ids").split(";", -1));
  }

  private String get(String key) {
    return Objects.requireNonNull(shipped.get(AUTOSCALER + key), key);
  }
}
