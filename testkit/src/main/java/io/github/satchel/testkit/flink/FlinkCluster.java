package io.github.satchel.testkit.flink;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelJob;
import io.github.satchel.standalone.EmbeddedFlink;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.process.FreePorts;
import io.github.satchel.testkit.process.JavaCommand;
import io.github.satchel.testkit.process.JavaProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * A Flink cluster of processes of their own, as production has it: a job manager in application
 * mode, which is what the Kubernetes operator runs, and task managers, with the settings and the
 * memory of {@code docker/flink-conf.yaml} and the virtual machines' flags that Flink's own start
 * scripts derive from them.
 *
 * <p>Below its directory are {@code conf}, {@code log} and {@code tmp}. The job manager's ports
 * stay the same for as long as this lives, so that one that was killed can be started again in its
 * place; with {@code high-availability.type: zookeeper} in the settings the job then goes on.
 * Processes end with this one, also when it is killed.
 *
 * <pre>{@code
 * try (var cluster = FlinkCluster.create(home, directory, configuration, overrides)) {
 *   cluster.startJobManager();
 *   cluster.startTaskManager();
 *   cluster.awaitServing();
 *   cluster.rest().rescale(...);
 *   cluster.taskManagers().get(0).kill();
 * }
 * }</pre>
 */
public final class FlinkCluster implements AutoCloseable {

  private static final Duration START_PATIENCE = Duration.ofMinutes(10);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String JOB_MANAGER = "jobmanager";
  private static final String CAUSE = "Caused by: ";
  private static final String LOOPBACK = "127.0.0.1";

  private final Path home;
  private final Path directory;
  private final Configuration settings;
  private final Map<String, String> environment;
  private final FlinkRest rest;
  private final List<JavaProcess> taskManagers = new ArrayList<>();
  private @Nullable JavaProcess jobManager;
  private int taskManagersStarted;

  private FlinkCluster(
      Path home, Path directory, Configuration settings, Map<String, String> environment) {
    this.home = home;
    this.directory = directory;
    this.settings = settings;
    this.environment = environment;
    rest = new FlinkRest(URI.create("http://" + LOOPBACK + ":" + settings.get(RestOptions.PORT)));
  }

  /**
   * Writes what a cluster needs, and starts nothing yet.
   *
   * @param home a directory with Flink's {@code lib}, {@code plugins} and {@code usrlib}, as the
   *     build leaves it in {@code docker/target/flink}
   * @param directory takes configuration, logs, what is temporary, and the checkpoints unless the
   *     settings name a place
   * @param configuration the job's settings, and Flink's among them
   * @param overrides Flink's settings on top of all others
   */
  public static FlinkCluster create(
      Path home, Path directory, SatchelConfiguration configuration, Configuration overrides)
      throws IOException {
    return create(home, directory, configuration, overrides, Map.of());
  }

  /**
   * Writes what a cluster needs, and starts nothing yet.
   *
   * @param environment what its processes find in theirs, besides this one's
   */
  public static FlinkCluster create(
      Path home,
      Path directory,
      SatchelConfiguration configuration,
      Configuration overrides,
      Map<String, String> environment)
      throws IOException {
    for (String part : List.of("lib", "plugins", "usrlib")) {
      if (!Files.isDirectory(home.resolve(part))) {
        throw new IOException(
            home
                + " is no Flink: it has no "
                + part
                + "; ./mvnw package makes docker/target/flink");
      }
    }
    Path absolute = directory.toAbsolutePath();
    for (String part : List.of("conf", "log", "tmp")) {
      Files.createDirectories(absolute.resolve(part));
    }
    List<Integer> ports = FreePorts.choose(2);
    Configuration settings = new Configuration();
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        absolute.resolve("checkpoints").toUri().toString());
    settings.addAll(configuration.flink());
    settings.addAll(overrides);
    settings = EmbeddedFlink.settings(settings);
    settings.set(RestOptions.ADDRESS, LOOPBACK);
    settings.set(RestOptions.PORT, ports.get(0));
    settings.set(RestOptions.BIND_PORT, String.valueOf(ports.get(0)));
    settings.set(JobManagerOptions.ADDRESS, LOOPBACK);
    settings.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(JobManagerOptions.PORT, ports.get(1));
    settings.set(TaskManagerOptions.HOST, LOOPBACK);
    settings.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(CoreOptions.TMP_DIRS, absolute.resolve("tmp").toString());
    var cluster = new FlinkCluster(home.toAbsolutePath(), absolute, settings, environment);
    cluster.writeConfiguration(configuration);
    return cluster;
  }

  /** For everything that Flink is asked. */
  public FlinkRest rest() {
    return rest;
  }

  /** Where {@code jobmanager.log}, {@code taskmanager-1.log} and so on are. */
  public Path logs() {
    return directory.resolve("log");
  }

  /** The job manager that was started last. */
  public JavaProcess jobManager() {
    return Objects.requireNonNull(jobManager, "no job manager was started");
  }

  /** The task managers that were started, in this order, dead ones too. */
  public List<JavaProcess> taskManagers() {
    return List.copyOf(taskManagers);
  }

  /**
   * Starts the job manager, which starts the job; again where the last one was, if that is dead.
   */
  public JavaProcess startJobManager() throws IOException {
    var spec = JobManagerProcessUtils.processSpecFromConfig(settings);
    List<String> arguments =
        List.of(
            conf().toString(),
            home.resolve("usrlib").toString(),
            SatchelJob.class.getName(),
            "--config",
            jobConfiguration().toString());
    rest.forgetJob();
    jobManager =
        start(
            JOB_MANAGER,
            JobManagerProcessUtils.generateJvmParametersStr(spec, settings),
            CoreOptions.FLINK_JM_JVM_OPTIONS.key(),
            ApplicationMain.class.getName(),
            arguments);
    return jobManager;
  }

  /** Starts one more task manager. */
  public JavaProcess startTaskManager() throws IOException {
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(settings);
    String name = "taskmanager-" + ++taskManagersStarted;
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--configDir", conf().toString()));
    arguments.addAll(words(TaskExecutorProcessUtils.generateDynamicConfigsStr(spec)));
    arguments.addAll(List.of("-D", TaskManagerOptions.TASK_MANAGER_RESOURCE_ID.key() + "=" + name));
    JavaProcess started =
        start(
            name,
            ProcessMemoryUtils.generateJvmParametersStr(spec),
            CoreOptions.FLINK_TM_JVM_OPTIONS.key(),
            TaskManagerRunner.class.getName(),
            arguments);
    taskManagers.add(started);
    return started;
  }

  /**
   * Waits until every task of the job is ready for its first record.
   *
   * @throws IOException if a process has ended, or that takes too long
   */
  public void awaitServing() throws IOException, InterruptedException {
    long end = System.nanoTime() + START_PATIENCE.toNanos();
    while (!serving()) {
      if (System.nanoTime() > end) {
        throw new IOException(
            "The job is not serving after %d s; the logs in %s say why"
                .formatted(START_PATIENCE.toSeconds(), logs()));
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private boolean serving() throws IOException {
    if (!jobManager().isAlive()) {
      throw new IOException(
          "The job manager has ended: %s; its log is in %s".formatted(lastCause(), logs()));
    }
    try {
      return rest.isServing();
    } catch (IOException notYet) {
      return false;
    }
  }

  private String lastCause() throws IOException {
    try (Stream<String> lines = Files.lines(logs().resolve(JOB_MANAGER + ".log"))) {
      return lines
          .filter(line -> line.startsWith(CAUSE))
          .reduce((earlier, later) -> later)
          .map(line -> line.substring(CAUSE.length()))
          .orElseGet(() -> "its output says why");
    } catch (NoSuchFileException e) {
      return jobManager().tail();
    }
  }

  /** Ends every process. */
  @Override
  public void close() throws IOException {
    List<JavaProcess> processes = new ArrayList<>(taskManagers);
    if (jobManager != null) {
      processes.add(jobManager);
    }
    processes.forEach(JavaProcess::terminate);
    try {
      IOUtils.closeAll(processes);
    } catch (Exception e) {
      throw new IOException("not every process of the cluster ended", e);
    }
  }

  private JavaProcess start(
      String name, String memoryFlags, String flagsKey, String main, List<String> arguments)
      throws IOException {
    List<String> flags = new ArrayList<>(words(memoryFlags));
    flags.addAll(words(settings.get(CoreOptions.FLINK_JVM_OPTIONS)));
    flags.addAll(words(settings.toMap().getOrDefault(flagsKey, "")));
    flags.add("-Dlog.file=" + logs().resolve(name + ".log"));
    flags.add("-Dlog4j.configurationFile=" + logging().toUri());
    return JavaProcess.start(
        new JavaCommand(
            name,
            flags,
            home.resolve("lib") + "/*",
            main,
            arguments,
            processEnvironment(),
            logs()));
  }

  private Map<String, String> processEnvironment() {
    Map<String, String> all = new HashMap<>(environment);
    all.put("FLINK_LIB_DIR", home.resolve("lib").toString());
    all.put("FLINK_PLUGINS_DIR", home.resolve("plugins").toString());
    all.put("FLINK_CONF_DIR", conf().toString());
    // OpenCV would write a line for every broken picture.
    all.put("OPENCV_LOG_LEVEL", "OFF");
    return all;
  }

  private void writeConfiguration(SatchelConfiguration configuration) throws IOException {
    var json = JsonMapper.builder().build();
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, String> entry : new TreeMap<>(settings.toMap()).entrySet()) {
      // JSON's strings are YAML's.
      lines.add(entry.getKey() + ": " + json.writeValueAsString(entry.getValue()));
    }
    Files.write(conf().resolve("config.yaml"), lines);
    JobSettings.write(configuration.options().toMap(), jobConfiguration());
    try (InputStream in = FlinkCluster.class.getResourceAsStream("/log4j2.properties")) {
      Files.write(logging(), Objects.requireNonNull(in).readAllBytes());
    }
  }

  private Path conf() {
    return directory.resolve("conf");
  }

  private Path jobConfiguration() {
    return conf().resolve("satchel.yaml");
  }

  private Path logging() {
    return conf().resolve("log4j.properties");
  }

  private static List<String> words(String line) {
    return Stream.of(line.split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }
}
