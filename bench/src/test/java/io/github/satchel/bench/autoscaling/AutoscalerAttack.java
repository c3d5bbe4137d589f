package io.github.satchel.bench.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.Event;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.standalone.EmbeddedFlink;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.ServiceProcesses;
import io.github.satchel.testkit.ServiceSettings;
import io.github.satchel.testkit.Tls;
import io.github.satchel.testkit.flink.FlinkCluster;
import io.github.satchel.testkit.flink.FlinkRest.Vertex;
import io.github.satchel.testkit.process.JavaCommand;
import io.github.satchel.testkit.process.JavaProcess;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import io.github.satchel.testkit.report.RequestLog;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import javax.imageio.ImageIO;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The autoscaler of Flink's Kubernetes operator, as the programme of its own that it is too, with
 * production's settings. {@code autoscaler.jar} is that programme; docs/scale.md says where it
 * comes from.
 */
class AutoscalerAttack {

  /** What times are divided by in the test of how it grows and shrinks. */
  private static final int FACTOR = Integer.getInteger("autoscaler.factor", 12);

  private static final Path MANIFESTS = Path.of("../k8s-operator/rendered/prod.yaml");
  private static final int PUPILS = 50;
  private static final int IMAGES_A_LABEL = 30;
  private static final Duration OVER = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofMinutes(20);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @Test
  void resizeGrowsWithABurstAndShrinksToIdleAfterIt() throws Exception {
    String jar = jar();
    Autoscaling shipped = new Autoscaling(MANIFESTS, FACTOR);
    Predicate<Vertex> scaled = vertex -> !shipped.excluded().contains(vertex.id());

    try (ServiceProcesses services =
            services(new ServiceSettings.Pictures(drawing(directory), "", 1), PUPILS);
        FlinkCluster cluster = cluster(services, shipped)) {
      start(cluster, shipped.most());
      Timeline timeline = new Timeline(cluster.rest(), scaled);
      timeline.look();
      RequestLog log;
      try (JavaProcess autoscaler = autoscaler(jar, cluster, shipped)) {
        log = watched(press(services, PUPILS, IMAGES_A_LABEL), timeline, autoscaler);
        timeline.note("every request has an outcome");
        // First to what the end of the burst needed, then to what nothing needs.
        await("idle again")
            .atMost(shipped.scaleDownInterval().multipliedBy(3).plusMinutes(1))
            .until(
                () ->
                    look(timeline, autoscaler)
                        && timeline.last(scaled).equals(Set.of(shipped.least())));
      } finally {
        System.out.println(timeline);
      }
      assertUploaded(log);
      assertThat(timeline.seen(AutoscalerAttack::isResize)).hasSizeGreaterThan(1);
      assertThat(timeline.seen(scaled)).allMatch(parallelism -> parallelism <= shipped.most());
      assertThat(timeline.seen(scaled.negate())).hasSize(1);
    }
  }

  /**
   * How long the last pupil of an event waits, and what is held until then, at production's times.
   *
   * @param window of metrics, and how long nothing is decided after a change; empty as shipped
   */
  @ParameterizedTest
  @CsvSource({"100, ''", "300, ''", "1000, ''", "1000, 30 s"})
  void anEventIsServed(int pupils, String window) throws Exception {
    String jar = jar();
    Autoscaling scaling = new Autoscaling(MANIFESTS, 1);
    if (!window.isEmpty()) {
      scaling.set("metrics.window", window);
      scaling.set("stabilization.interval", window);
    }
    try (ServiceProcesses services = services(ServiceSettings.Pictures.DRAWN, pupils);
        FlinkCluster cluster = cluster(services, scaling)) {
      start(cluster, scaling.most());
      Timeline timeline = new Timeline(cluster.rest(), AutoscalerAttack::isResize);
      timeline.look();
      RequestLog log;
      try (JavaProcess autoscaler = autoscaler(jar, cluster, scaling)) {
        log = watched(press(services, pupils, 15), timeline, autoscaler);
        timeline.look();
      } finally {
        System.out.println(timeline);
      }
      System.out.printf(
          "| %d pupils | window %s | last pupil %.0f s | slots × seconds %.0f |%n",
          pupils,
          window.isEmpty() ? "as shipped" : window,
          log.entries().stream()
              .map(RequestLog.Entry::time)
              .mapToDouble(time -> time == null ? Double.NaN : time.toMillis() / 1e3)
              .max()
              .orElseThrow(),
          timeline.slotSeconds());
      assertUploaded(log);
    }
  }

  private static String jar() {
    String jar = System.getProperty("autoscaler.jar", "");
    assumeThat(Path.of(jar))
        .as("-Dautoscaler.jar, the operator's flink-autoscaler-standalone: see docs/scale.md")
        .isRegularFile();
    return jar;
  }

  private static void assertUploaded(RequestLog log) {
    assertThat(log.entries())
        .allSatisfy(
            entry ->
                assertThat(entry.outcomes())
                    .extracting(Event::type)
                    .containsExactly(Event.Type.UPLOADED));
  }

  private static boolean isResize(Vertex vertex) {
    return vertex.name().equals("resize");
  }

  /** What came of it, while the job is looked at. */
  private static RequestLog watched(
      FutureTask<RequestLog> press, Timeline timeline, JavaProcess autoscaler) throws Exception {
    new Thread(press, "satchel-press").start();
    await("outcomes")
        .atMost(OVER.plus(PATIENCE))
        .until(() -> look(timeline, autoscaler) && press.isDone());
    return press.get();
  }

  private static FutureTask<RequestLog> press(
      ServiceProcesses services, int pupils, int imagesALabel) {
    List<Load> loads =
        new LoadFactory(services::pictureUrl, 0).pupils("event", pupils, 2, imagesALabel);
    return new FutureTask<>(
        () -> RequestLog.serve(services.endpoints().bootstrapServers(), loads, OVER, PATIENCE));
  }

  private ServiceProcesses services(ServiceSettings.Pictures pictures, int classifiers)
      throws Exception {
    return ServiceProcesses.start(
        new ServiceSettings(
            directory.resolve("services"),
            1,
            pictures,
            new ServiceSettings.Latencies(20, 0, 500),
            Tls.NONE,
            classifiers,
            null));
  }

  /**
   * A directory with one picture of 3 megapixels. It takes long to decode and little to send, so
   * that resize is what everything waits for, however few processors there are.
   */
  private static Path drawing(Path directory) throws IOException {
    BufferedImage image = new BufferedImage(2000, 1500, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(random.nextInt(2000), random.nextInt(1500), 200, 100);
    }
    graphics.dispose();
    Path pictures = Files.createDirectory(directory.resolve("pictures"));
    ImageIO.write(image, "png", pictures.resolve("drawing.png").toFile());
    return pictures;
  }

  private FlinkCluster cluster(ServiceProcesses services, Autoscaling shipped) throws Exception {
    Configuration settings = shipped.settings();
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        "s3://" + LocalServices.CHECKPOINTS_BUCKET + "/checkpoints");
    Map<String, String> job = JobSettings.of(services.endpoints());
    // Pictures come from many hosts, and here from one.
    job.put("fetch.max-per-host", "100");
    return FlinkCluster.create(
        Path.of("../docker/target/flink"),
        directory.resolve("flink"),
        SatchelConfiguration.of(job),
        settings);
  }

  /** Starts as many task managers as there may ever be need of. */
  private static void start(FlinkCluster cluster, int parallelism) throws Exception {
    int slots = EmbeddedFlink.settings(new Configuration()).get(TaskManagerOptions.NUM_TASK_SLOTS);
    cluster.startJobManager();
    for (int missing = parallelism; missing > 0; missing -= slots) {
      cluster.startTaskManager();
    }
    cluster.awaitServing();
  }

  private JavaProcess autoscaler(String jar, FlinkCluster cluster, Autoscaling shipped)
      throws IOException {
    return JavaProcess.start(
        new JavaCommand(
            "autoscaler",
            List.of("-Xmx256m"),
            jar,
            "org.apache.flink.autoscaler.standalone.StandaloneAutoscalerEntrypoint",
            List.of(
                "--autoscaler.standalone.fetcher.flink-cluster.host",
                cluster.rest().address().getHost(),
                "--autoscaler.standalone.fetcher.flink-cluster.port",
                String.valueOf(cluster.rest().address().getPort()),
                "--autoscaler.standalone.control-loop.interval",
                shipped.interval()),
            Map.of(),
            cluster.logs()));
  }

  private static boolean look(Timeline timeline, JavaProcess autoscaler) {
    assertThat(autoscaler.isAlive()).as("the autoscaler lives").isTrue();
    timeline.look();
    return true;
  }
}
