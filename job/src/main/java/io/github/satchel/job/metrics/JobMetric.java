package io.github.satchel.job.metrics;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * Every metric of the job, and the one place where they are registered. {@code docs/metrics.md} is
 * generated from here. Each is of an operator, in a group named after what it is about; labels have
 * values of fixed lists only, so that there are no more series the longer the job runs.
 */
public enum JobMetric {
  REQUESTS_REJECTED(
      "requests", "rejected", Kind.COUNTER, "requests", "Requests that break the contract."),
  REQUESTS_DEAD_LETTERS(
      "requests", "deadLetters", Kind.COUNTER, "messages", "Messages that could not be read."),
  REQUESTS_ACCEPTED("requests", "accepted", Kind.COUNTER, "requests", "New requests."),
  REQUESTS_REFUSED("requests", "refused", Kind.COUNTER, "requests", "New requests over a quota."),
  REQUESTS_REPEATED(
      "requests", "repeated", Kind.COUNTER, "requests", "Requests that were seen before."),
  REQUESTS_RUNNING(
      "requests",
      "running",
      Kind.GAUGE,
      "requests",
      "Requests without an outcome yet, of those accepted since the task started."),
  REQUESTS_ENDED(
      "requests",
      "ended",
      Kind.COUNTER,
      "requests",
      "Outcomes, as they were read back from the results. After a crash one may come twice.",
      "outcome"),
  REQUESTS_LATENCY(
      "requests",
      "latency",
      Kind.HISTOGRAM,
      "ms",
      "From accepting a request to its outcome, both as the results say."),
  REQUESTS_TOOK(
      "requests",
      "took",
      Kind.COUNTER,
      "requests",
      "Requests whose outcome came within so many seconds: the buckets of a histogram over any"
          + " window of time. All of them are requests_latency_count.",
      "le"),

  FETCH_IN_FLIGHT(
      "fetch",
      "inFlight",
      Kind.GAUGE,
      "images",
      "Images in the stage, waiting or in download; at most fetch.concurrency."),
  FETCH_LATENCY(
      "fetch",
      "latency",
      Kind.HISTOGRAM,
      "ms",
      "From an image's arrival in the stage to its outcome, waiting for the host and for memory"
          + " included."),
  FETCH_ARRIVED("fetch", "arrived", Kind.COUNTER, "images", "Images that were fetched."),
  FETCH_FAILED(
      "fetch", "failed", Kind.COUNTER, "images", "Images that could not be fetched.", "code"),
  FETCH_ATTEMPTS("fetch", "attempts", Kind.COUNTER, "attempts", "Attempts at downloads."),
  FETCH_RETRIED("fetch", "retried", Kind.COUNTER, "attempts", "Attempts after the first one."),
  FETCH_REDIRECTED("fetch", "redirected", Kind.COUNTER, "redirects", "Redirects followed."),
  FETCH_THROTTLED("fetch", "throttled", Kind.COUNTER, "answers", "Answers that asked for a pause."),
  FETCH_SHARED(
      "fetch",
      "shared",
      Kind.COUNTER,
      "images",
      "Images that came with a download that was under way for another."),
  FETCH_CACHE_HIT(
      "fetch/cache", "hit", Kind.COUNTER, "images", "Cached images that needed no download."),
  FETCH_CACHE_REVALIDATED(
      "fetch/cache",
      "revalidated",
      Kind.COUNTER,
      "images",
      "Cached images that their host confirmed."),
  FETCH_CACHE_MISSED(
      "fetch/cache",
      "missed",
      Kind.COUNTER,
      "images",
      "Images that were not in the cache, or had changed."),
  FETCH_CACHE_FAILED(
      "fetch/cache", "failed", Kind.COUNTER, "images", "Cached images that could not be read."),
  FETCH_TLS_NATIVE(
      "fetch/tls",
      "native",
      Kind.GAUGE,
      "1 or 0",
      "1 where BoringSSL encrypts downloads, 0 where the JVM does."),
  FETCH_MEMORY_USED(
      "fetch/memory",
      "used",
      Kind.GAUGE,
      "bytes",
      "Memory that downloads hold, of the whole task manager."),
  FETCH_MEMORY_LIMIT(
      "fetch/memory", "limit", Kind.GAUGE, "bytes", "What they may hold: fetch.memory."),
  FETCH_MEMORY_WAITING(
      "fetch/memory",
      "waiting",
      Kind.GAUGE,
      "images",
      "Downloads that wait for memory, of the whole task manager."),

  RESIZE_LATENCY("resize", "latency", Kind.HISTOGRAM, "ms", "Resizing one picture."),
  RESIZE_NATIVE(
      "resize", "native", Kind.GAUGE, "1 or 0", "1 where OpenCV resizes, 0 where Java does."),
  RESIZE_HUNG(
      "resize",
      "hung",
      Kind.GAUGE,
      "threads",
      "Decoders that did not end in time and still run, of the whole task manager; with more than 2"
          + " its process ends."),
  RESIZE_RESIZED(
      "resize", "resized", Kind.COUNTER, "images", "Pictures resized.", "kernel", "format"),
  RESIZE_FAILED("resize", "failed", Kind.COUNTER, "images", "Pictures refused.", "code"),
  RESIZE_NOT_KEPT(
      "resize/cache",
      "notKept",
      Kind.COUNTER,
      "images",
      "Resized pictures that the cache could not take."),

  WINDOW_OPEN("window", "open", Kind.GAUGE, "requests", "Requests whose images are gathered."),
  WINDOW_WAIT(
      "window",
      "wait",
      Kind.HISTOGRAM,
      "ms",
      "From a window's opening to its last image, or its deadline; after a restart, from then."),
  WINDOW_DECIDING(
      "window", "deciding", Kind.GAUGE, "requests", "Requests whose archives are being written."),
  WINDOW_REMOVALS_FAILED(
      "window",
      "removalsFailed",
      Kind.COUNTER,
      "attempts",
      "Attempts to remove a forgotten request's archives and journals that failed; each is made"
          + " again until it works.");

  /** What a metric is. */
  enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** Values that a histogram remembers. */
  private static final int HISTOGRAM_SIZE = 1_000;

  private static final Set<JobMetric> READ_BACK =
      EnumSet.of(REQUESTS_RUNNING, REQUESTS_ENDED, REQUESTS_LATENCY, REQUESTS_TOOK);

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes it
  private final List<String> groups;

  private final String metricName;
  private final Kind kind;
  private final String unit;
  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes it
  private final List<String> labels;

  JobMetric(
      String groups,
      String metricName,
      Kind kind,
      String unit,
      String description,
      String... labels) {
    this.groups = List.of(groups.split("/", -1));
    this.metricName = metricName;
    this.kind = kind;
    this.unit = unit;
    this.description = description;
    this.labels = List.of(labels);
  }

  /**
   * Registers this counter; it may be counted on any thread.
   *
   * @param operator the operator's group
   * @param labelValues of every label, in their order
   */
  public Counter counter(MetricGroup operator, String... labelValues) {
    return group(operator, Kind.COUNTER, labelValues)
        .counter(metricName, new ThreadSafeSimpleCounter());
  }

  /**
   * Registers this histogram of the latest 1,000 values.
   *
   * @param operator the operator's group
   */
  public Histogram histogram(MetricGroup operator) {
    return group(operator, Kind.HISTOGRAM)
        .histogram(metricName, new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
  }

  /**
   * Registers this gauge.
   *
   * @param operator the operator's group
   * @param value called on threads of the reporter
   */
  public <T extends Number> void gauge(MetricGroup operator, Gauge<T> value) {
    group(operator, Kind.GAUGE).gauge(metricName, value);
  }

  private MetricGroup group(MetricGroup operator, Kind wanted, String... labelValues) {
    if (kind != wanted || labels.size() != labelValues.length) {
      throw new IllegalArgumentException(this + " is a " + kind + " with labels " + labels);
    }
    MetricGroup registered = operator;
    for (String each : groups) {
      registered = registered.addGroup(each);
    }
    for (int i = 0; i < labelValues.length; i++) {
      registered = registered.addGroup(labels.get(i), labelValues[i]);
    }
    return registered;
  }

  Kind kind() {
    return kind;
  }

  String unit() {
    return unit;
  }

  String description() {
    return description;
  }

  List<String> labels() {
    return labels;
  }

  /** The name behind the operator's scope, as Prometheus sees it: a label's name is part of it. */
  public String exportedName() {
    List<String> parts = new ArrayList<>();
    if (READ_BACK.contains(this)) {
      parts.add("deserializer"); // Kafka's source gives its deserializer a group of its own
    }
    parts.addAll(groups);
    parts.addAll(labels);
    parts.add(metricName);
    return String.join("_", parts);
  }
}
