package io.github.satchel.bench.world;

import io.github.satchel.contract.Event;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.ServiceProcesses;
import io.github.satchel.testkit.ServiceProcesses.Service;
import io.github.satchel.testkit.ServiceSettings;
import io.github.satchel.testkit.flink.FlinkRest.Checkpoint;
import io.github.satchel.testkit.flink.FlinkRest.Vertex;
import io.github.satchel.testkit.process.JavaProcess;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.Part;
import io.github.satchel.testkit.report.RequestLog;
import io.github.satchel.testkit.report.RequestLog.Entry;
import io.github.satchel.testkit.report.Watch;
import io.github.satchel.testkit.report.Watch.Watched;
import io.github.satchel.testkit.tls.LocalCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/** The job with production's configuration, and each service in a process of its own. */
public final class World implements AutoCloseable {

  private static final Duration CHECKPOINT_PATIENCE = Duration.ofMinutes(1);
  private static final String RESIZE = "resize";
  private static final String RESIZED = ".resized";

  /** How the message of a picture ends whose host has a certificate that the job does not trust. */
  private static final String NOT_TRUSTED = "security certificate is not trusted";

  private static final Duration POLL = Duration.ofMillis(500);

  private final ServiceProcesses services;
  private final Deployment job;

  private World(ServiceProcesses services, Deployment job) {
    this.services = services;
    this.job = job;
  }

  /**
   * Starts everything with the job on a cluster of one job manager and one task manager, and waits
   * until the job serves.
   *
   * @param home Flink and the job, see {@code FlinkCluster#create}
   * @param slots of the task manager, and the parallelism of the job
   * @param overrides the job's settings on top of those that it needs here
   * @param trustStore of its virtual machines, null for one that the services' certificates need
   */
  public static World cluster(
      Path home,
      ServiceSettings settings,
      int slots,
      Map<String, String> overrides,
      @Nullable Path trustStore)
      throws IOException, InterruptedException, InvalidConfigurationException {
    return start(
        settings,
        overrides,
        (job, services) ->
            ClusterDeployment.start(
                home,
                settings.directory().resolve("flink"),
                SatchelConfiguration.of(job),
                slots,
                trust(services, trustStore)));
  }

  /**
   * Starts everything with the job in one process, and waits until the job serves.
   *
   * @param overrides the job's settings on top of those that it needs here
   * @param trustStore as for a cluster
   */
  public static World standalone(
      ServiceSettings settings, Map<String, String> overrides, @Nullable Path trustStore)
      throws IOException, InterruptedException, InvalidConfigurationException {
    return start(
        settings,
        overrides,
        (job, services) ->
            StandaloneDeployment.start(
                settings.directory().resolve("run"), job, trust(services, trustStore)));
  }

  private static Map<String, String> trust(ServiceProcesses services, @Nullable Path trustStore)
      throws IOException, InterruptedException {
    return trustStore == null
        ? services.trustEnvironment()
        : LocalCertificates.environment(trustStore.toAbsolutePath());
  }

  private interface Start {
    Deployment start(Map<String, String> job, ServiceProcesses services)
        throws IOException, InterruptedException, InvalidConfigurationException;
  }

  private static World start(ServiceSettings settings, Map<String, String> overrides, Start start)
      throws IOException, InterruptedException, InvalidConfigurationException {
    ServiceProcesses services = ServiceProcesses.start(settings);
    try {
      Map<String, String> job = JobSettings.of(services.endpoints());
      job.putAll(overrides);
      return new World(services, start.start(job, services));
    } catch (IOException | InterruptedException | InvalidConfigurationException e) {
      IOUtils.closeQuietly(services);
      throw e;
    }
  }

  public ServiceProcesses services() {
    return services;
  }

  /** The job's processes. */
  public List<Watched> jobProcesses() {
    return job.processes().stream().map(process -> watched(process, Part.SERVING)).toList();
  }

  /** The processes of Kafka and the store. */
  private List<Watched> needed() {
    return Stream.of(Service.KAFKA, Service.S3)
        .map(service -> watched(services.process(service), Part.NEEDED))
        .toList();
  }

  /** The processes of the site with pictures and the trainer. */
  public List<Watched> elsewhere() {
    return Stream.of(Service.PICTURES, Service.TRAINER)
        .map(service -> watched(services.process(service), Part.ELSEWHERE))
        .toList();
  }

  /**
   * Serves requests so that nothing is done for the first time afterwards.
   *
   * @throws IOException if none of them ended as it must, naming a reason
   */
  public void warmUp(List<Load> loads, Duration patience) throws IOException, InterruptedException {
    List<Entry> entries = serve(loads, Duration.ZERO, patience).entries();
    if (entries.stream().noneMatch(Entry::endedAsExpected)) {
      throw new IOException(
          "The job served nobody of the warm-up: " + reason(entries.get(0)) + trustHint(entries));
    }
  }

  private static String reason(Entry entry) {
    if (entry.outcomes().isEmpty()) {
      return "no outcome came";
    }
    Event outcome = entry.outcomes().get(0);
    if (!outcome.failures().isEmpty()) {
      return outcome.failures().get(0).message();
    }
    return outcome.error() == null
        ? Burst.ending(entry)
        : String.valueOf(outcome.error().message());
  }

  private static String trustHint(List<Entry> entries) {
    return reason(entries.get(0)).endsWith(NOT_TRUSTED)
        ? "; the job's trust store has to hold the authority of the site with pictures: see"
            + " --trust-store, or leave that out"
        : "";
  }

  /**
   * Serves requests as {@link #serve} does, and looks at every process meanwhile.
   *
   * @param asksJob whether to look at the job, too, which takes some of its CPU time
   */
  public Burst measure(List<Load> loads, Duration over, Duration patience, boolean asksJob)
      throws IOException, InterruptedException {
    int classifiers = services.classifiers();
    List<Watched> processes = new ArrayList<>(jobProcesses());
    processes.addAll(needed());
    processes.addAll(elsewhere());
    try (Watch watch = Watch.begin(processes, asksJob ? job.rest() : null)) {
      RequestLog log = serve(loads, over, patience);
      return watch.end(
          log, job.rest().checkpoints(), job.logs(), services.classifiers() - classifiers);
    }
  }

  /** How many pictures the job has resized. */
  public long resized() throws IOException, InterruptedException {
    Vertex resize =
        job.rest().vertices().stream()
            .filter(vertex -> vertex.name().equals(RESIZE))
            .findFirst()
            .orElseThrow();
    // Flink collects its metrics when it is asked, unless it just has, and tells them the next
    // time.
    for (int i = 0; i < 2; i++) {
      Thread.sleep(Watch.metricsInterval().toMillis());
      job.rest().metricNames(resize);
    }
    Thread.sleep(POLL.toMillis());
    List<String> counters =
        job.rest().metricNames(resize).stream()
            .filter(name -> name.endsWith(RESIZED))
            .distinct()
            .toList();
    return (long)
        job.rest().sums(resize, counters).values().stream().mapToDouble(each -> each).sum();
  }

  /** Waits for a checkpoint that is begun from now on. */
  public Checkpoint nextCheckpoint() throws IOException, InterruptedException {
    Instant now = Instant.now();
    for (Instant end = now.plus(CHECKPOINT_PATIENCE); Instant.now().isBefore(end); ) {
      Optional<Checkpoint> next =
          job.rest().checkpoints().stream()
              .filter(each -> each.triggered().isAfter(now) && Burst.isCompleted(each))
              .findFirst();
      if (next.isPresent()) {
        return next.get();
      }
      Thread.sleep(POLL.toMillis());
    }
    throw new IOException("No checkpoint within " + CHECKPOINT_PATIENCE.toSeconds() + " s");
  }

  private static Watched watched(JavaProcess process, Part part) {
    return new Watched(process.name(), process.pid(), part);
  }

  /**
   * Writes requests, evenly spread over a time, and waits for their outcomes.
   *
   * @param over no time to write them all at once
   * @param patience how long to wait for the last outcome once all are written
   * @return what happened; a request without an outcome shows there
   */
  public RequestLog serve(List<Load> loads, Duration over, Duration patience)
      throws IOException, InterruptedException {
    return RequestLog.serve(services.endpoints().bootstrapServers(), loads, over, patience);
  }

  /** Ends every process. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.closeAll(job, services);
    } catch (Exception e) {
      throw new IOException("not every process ended", e);
    }
  }
}
