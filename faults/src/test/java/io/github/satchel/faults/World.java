package io.github.satchel.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Json;
import io.github.satchel.faults.History.Aftermath;
import io.github.satchel.faults.History.Circumstances;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.testkit.Endpoints;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.ServiceProcesses;
import io.github.satchel.testkit.ServiceProcesses.Service;
import io.github.satchel.testkit.ServiceSettings;
import io.github.satchel.testkit.Tls;
import io.github.satchel.testkit.flink.FlinkCluster;
import io.github.satchel.testkit.process.FreePorts;
import io.github.satchel.testkit.process.JavaCommand;
import io.github.satchel.testkit.process.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Production on one machine, every part in a process of its own and each connection through a proxy
 * that can be told to fail: services, ZooKeeper, a job manager and task managers, with the settings
 * that are shipped and shorter time-outs.
 *
 * <p>As Kubernetes would, it starts a job manager or task manager again that has ended.
 */
final class World implements AutoCloseable {

  static final String KEY = "pool-1";

  private static final int CLASSIFIERS = 1_000_000;

  /** Of a task manager, as they are shipped. */
  private static final int SLOTS = 2;

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String SAVEPOINTS = WorldSettings.CHECKPOINTS + "/savepoints";

  private final Path directory;
  private final ServiceProcesses services;
  private final JavaProcess zooKeeper;
  private final Map<Service, TcpProxy> proxies;
  private final TcpProxy toJobManager;
  private final FakeClock clock;
  private final FlinkCluster flink;
  private final int taskManagers;
  private final AtomicInteger hanging = new AtomicInteger();
  private boolean started;
  private @Nullable Periodic keeper;

  private World(
      Path directory,
      ServiceProcesses services,
      JavaProcess zooKeeper,
      Map<Service, TcpProxy> proxies,
      TcpProxy toJobManager,
      FakeClock clock,
      FlinkCluster flink,
      int taskManagers) {
    this.directory = directory;
    this.services = services;
    this.zooKeeper = zooKeeper;
    this.proxies = proxies;
    this.toJobManager = toJobManager;
    this.clock = clock;
    this.flink = flink;
    this.taskManagers = taskManagers;
  }

  /**
   * Starts everything and waits until the job serves.
   *
   * @param overrides of the settings, those of Flink below {@code flink.}
   * @param uploadLatency how long the trainer takes to create
   * @param patches what the job has besides {@link HangingPicture#PATCH}
   */
  static World start(
      Path directory,
      int taskManagers,
      Map<String, String> overrides,
      Duration uploadLatency,
      Patch... patches)
      throws Exception {
    List<Patch> all = new ArrayList<>(List.of(patches));
    all.add(HangingPicture.PATCH);
    Path home =
        Patch.apply(all, Path.of("../docker/target/flink"), directory.resolve("flink-home"));
    List<Integer> ports = FreePorts.choose(3);
    int zooKeeperPort = ports.get(0);
    int kafkaPort = ports.get(1);
    int jobManagerPort = ports.get(2);
    Map<Service, TcpProxy> proxies = new HashMap<>();
    TcpProxy toKafka = new TcpProxy(kafkaPort);
    proxies.put(Service.KAFKA, toKafka);
    var settings =
        new ServiceSettings(
            directory.resolve("services"),
            1,
            ServiceSettings.Pictures.DRAWN,
            new ServiceSettings.Latencies(20, 0, uploadLatency.toMillis()),
            Tls.NONE,
            CLASSIFIERS,
            new ServiceSettings.Listener(kafkaPort, toKafka.port()));
    JavaProcess zooKeeper = zooKeeper(directory, zooKeeperPort);
    ServiceProcesses services = ServiceProcesses.start(settings);
    for (Service service : List.of(Service.S3, Service.PICTURES, Service.TRAINER)) {
      proxies.put(service, new TcpProxy(port(services.endpoints(), service)));
    }
    Endpoints endpoints = proxied(services.endpoints(), proxies, directory.resolve("credentials"));
    Map<String, String> job = JobSettings.of(endpoints);
    job.putAll(WorldSettings.of(zooKeeperPort));
    TcpProxy toJobManager = new TcpProxy(jobManagerPort);
    job.put("flink.high-availability.jobmanager.port", String.valueOf(toJobManager.port()));
    job.put("flink.jobmanager.rpc.bind-port", String.valueOf(jobManagerPort));
    job.putAll(overrides);
    HangingPicture.put(buckets(directory).resolve(LocalServices.IMAGES_BUCKET));
    FakeClock clock = new FakeClock(directory);
    FlinkCluster flink =
        FlinkCluster.create(
            home,
            directory.resolve("flink"),
            SatchelConfiguration.of(job),
            new Configuration(),
            clock.environment());
    World world =
        new World(
            directory, services, zooKeeper, proxies, toJobManager, clock, flink, taskManagers);
    try {
      world.keepAlive();
      world.keeper = new Periodic("keeper", Duration.ofMillis(500), world::keepAlive);
      flink.awaitServing();
      return world;
    } catch (Exception e) {
      IOUtils.closeQuietly(world);
      throw e;
    }
  }

  private static JavaProcess zooKeeper(Path directory, int port) throws IOException {
    Path data = Files.createDirectories(directory.resolve("zookeeper"));
    return JavaProcess.start(
        new JavaCommand(
            "zookeeper",
            List.of("-Xmx128m", "-Dzookeeper.admin.enableServer=false"),
            System.getProperty("java.class.path"),
            "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain",
            List.of(String.valueOf(port), data.toString()),
            Map.of(),
            data));
  }

  /** The same endpoints, behind proxies. */
  private static Endpoints proxied(
      Endpoints direct, Map<Service, TcpProxy> proxies, Path credentials) throws IOException {
    String trainer = url(proxies, Service.TRAINER);
    Files.createDirectories(credentials);
    ObjectNode key =
        (ObjectNode) Json.MAPPER.readTree(direct.credentials().resolve(KEY + ".json").toFile());
    Files.write(
        credentials.resolve(KEY + ".json"), Json.MAPPER.writeValueAsBytes(key.put("url", trainer)));
    return new Endpoints(
        direct.bootstrapServers(),
        url(proxies, Service.S3),
        List.of(get(proxies, Service.PICTURES).port()),
        trainer,
        credentials);
  }

  private static String url(Map<Service, TcpProxy> proxies, Service service) {
    return "http://127.0.0.1:" + get(proxies, service).port();
  }

  private static TcpProxy get(Map<Service, TcpProxy> proxies, Service service) {
    return Objects.requireNonNull(proxies.get(service));
  }

  private static int port(Endpoints endpoints, Service service) {
    return switch (service) {
      case KAFKA -> URI.create("kafka://" + endpoints.bootstrapServers()).getPort();
      case S3 -> URI.create(endpoints.s3()).getPort();
      case PICTURES -> endpoints.picturePorts().get(0);
      case TRAINER -> URI.create(endpoints.trainer()).getPort();
    };
  }

  String bootstrapServers() {
    return services.endpoints().bootstrapServers();
  }

  /** The address of the n-th picture, as the job reaches it. */
  String pictureUrl(long n) {
    return url(proxies, Service.PICTURES) + "/pictures/" + n + ".jpg";
  }

  /** The address of a picture that is not there. */
  String missingPictureUrl(long n) {
    return url(proxies, Service.PICTURES) + "/faults/not-found/" + n + ".jpg";
  }

  ServiceProcesses services() {
    return services;
  }

  FlinkCluster flink() {
    return flink;
  }

  TcpProxy proxy(Service service) {
    return get(proxies, service);
  }

  /** Between task managers and the job manager, for what they tell it. */
  TcpProxy toJobManager() {
    return toJobManager;
  }

  JavaProcess zooKeeper() {
    return zooKeeper;
  }

  /** What Flink's processes take for the time. */
  FakeClock clock() {
    return clock;
  }

  /** Starts what is missing of Flink. */
  private synchronized void keepAlive() throws IOException {
    if (!started || !flink.jobManager().isAlive()) {
      flink.startJobManager();
      started = true;
    }
    for (int missing = taskManagers - taskManagers().size(); missing > 0; missing--) {
      flink.startTaskManager();
    }
  }

  /** The task managers that live. */
  synchronized List<JavaProcess> taskManagers() {
    return flink.taskManagers().stream().filter(JavaProcess::isAlive).toList();
  }

  /** Where checkpoints lie, as a directory of this machine. */
  Path checkpoints() {
    return buckets().resolve(LocalServices.CHECKPOINTS_BUCKET);
  }

  /** The slots of all task managers, which is what a vertex can be scaled to. */
  int slots() {
    return taskManagers * SLOTS;
  }

  /** Has the next requests hold a picture at which a decoder hangs. */
  void sendHangingPictures(int requests) {
    hanging.set(requests);
  }

  /** Whether the next request is to hold such a picture. */
  boolean takeHangingPicture() {
    return hanging.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
  }

  /** Ends all task managers as a crash would. */
  void killTaskManagers() {
    for (JavaProcess taskManager : taskManagers()) {
      try {
        taskManager.kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Ends the job with a savepoint, and starts it from there, which then belongs to Flink.
   *
   * @param settings of the job that are other than before
   * @param whileStopped what is done between the two
   */
  synchronized void restartFromSavepoint(
      int parallelism, Map<String, String> settings, Periodic.Action whileStopped)
      throws Exception {
    String savepoint = flink.rest().stopWithSavepoint(SAVEPOINTS);
    flink.jobManager().close();
    whileStopped.run();
    Path conf = directory.resolve("flink/conf");
    change(
        conf.resolve("config.yaml"),
        Map.of(
            "execution.state-recovery.path",
            savepoint,
            "execution.state-recovery.claim-mode",
            "CLAIM",
            "parallelism.default",
            String.valueOf(parallelism)));
    change(conf.resolve("satchel.yaml"), settings);
    flink.startJobManager();
  }

  /** Writes some of the keys of a configuration file anew. */
  private static void change(Path file, Map<String, String> settings) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.removeIf(line -> settings.containsKey(line.substring(0, line.indexOf(':'))));
    settings.forEach((key, value) -> lines.add(key + ": \"" + value + "\""));
    Files.write(file, lines);
  }

  /**
   * Bytes of each vertex's state in a savepoint taken now, a subtask: empty state takes the same in
   * each, and there may be more of them than before.
   */
  Map<String, Long> stateSizes() throws IOException, InterruptedException {
    String savepoint = flink.rest().savepoint(SAVEPOINTS);
    String job = "/jobs/" + flink.rest().findJob().orElseThrow();
    JsonNode latest =
        get(flink.rest().address().resolve(job + "/checkpoints")).at("/latest/savepoint");
    JsonNode tasks =
        get(flink.rest().address().resolve(job + "/checkpoints/details/" + latest.path("id")))
            .path("tasks");
    Map<String, String> names =
        flink.rest().vertices().stream()
            .collect(Collectors.toMap(vertex -> vertex.id(), vertex -> vertex.name()));
    Map<String, Long> sizes = new HashMap<>();
    tasks
        .properties()
        .forEach(
            task ->
                sizes.put(
                    names.getOrDefault(task.getKey(), task.getKey()),
                    task.getValue().path("state_size").asLong()
                        / task.getValue().path("num_subtasks").asLong()));
    FileUtils.deleteDirectory(
        checkpoints().resolve("savepoints").resolve(Path.of(savepoint).getFileName()).toFile());
    return sizes;
  }

  /** All that can be seen of a run from outside. */
  History history(Recorder recorder, Circumstances circumstances, Aftermath aftermath)
      throws IOException {
    return new History(
        recorder.sent(),
        recorder.told(),
        recorder.letters(),
        CreateListing.of(directory.resolve("services/trainer/calls.jsonl")),
        ArchivesListing.of(archivesDirectory()),
        circumstances,
        aftermath);
  }

  /** Where all buckets lie, as directories of this machine. */
  Path buckets() {
    return buckets(directory);
  }

  private static Path buckets(Path directory) {
    return directory.resolve("services/s3");
  }

  Path archivesDirectory() {
    return buckets().resolve(LocalServices.ARCHIVES_BUCKET);
  }

  private static JsonNode get(URI address) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build();
    return Json.MAPPER.readTree(HTTP.send(request, BodyHandlers.ofByteArray()).body());
  }

  @Override
  public void close() throws IOException {
    if (keeper != null) {
      keeper.close();
    }
    try {
      IOUtils.closeAll(
          Stream.concat(
                  Stream.of(flink, services, zooKeeper, toJobManager), proxies.values().stream())
              .toList());
    } catch (Exception e) {
      throw new IOException("not everything ended", e);
    }
  }
}
