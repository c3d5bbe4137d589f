package io.github.satchel.bench.burst;

import io.github.satchel.bench.world.World;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.ServiceSettings;
import io.github.satchel.testkit.Tls;
import io.github.satchel.testkit.pictures.PictureFiles;
import io.github.satchel.testkit.pictures.PictureMix;
import io.github.satchel.testkit.pictures.SeedOption;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import io.github.satchel.testkit.report.TrainingSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What benchmarks have in common: the world that the job runs in. */
final class WorldOptions {

  static final String STARTING =
      "Starting Kafka, an S3 server, a site with pictures, a trainer, and Flink with the job ...";

  /** As on the web, where pictures of one pupil come from many. */
  private static final int HOSTS = 12;

  /** Addresses that all pupils share, if they do. */
  private static final int SHARED = 44;

  /** Set by the script {@code satchel}. */
  private static final String FLINK_PROPERTY = "satchel.flink";

  @Mixin private TrainingSize size;

  @Option(
      names = "--pictures",
      description = "Directory of the pictures; without it the site draws some.",
      paramLabel = "DIR")
  private @Nullable Path pictures;

  @Option(
      names = "--mix",
      defaultValue = "",
      description =
          "How often which of them, such as web=50,webcam=20: parts of those files whose names"
              + " start so and go on with _. Without it files are drawn evenly.")
  private String mix;

  @Option(
      names = "--latency",
      defaultValue = "0",
      description = "Milliseconds until the site with pictures answers (${DEFAULT-VALUE}).",
      paramLabel = "MS")
  private int latency;

  @Option(
      names = "--store-latency",
      defaultValue = "0",
      description = "Milliseconds that each operation of the store takes (${DEFAULT-VALUE}).",
      paramLabel = "MS")
  private int storeLatency;

  @Option(
      names = {"--trainer-latency", "--upload-latency"},
      defaultValue = "0",
      description = "Milliseconds that each call of the trainer takes (${DEFAULT-VALUE}).",
      paramLabel = "MS")
  private int trainerLatency;

  @Option(names = "--http", description = "Serve the pictures over plain HTTP instead of HTTPS.")
  private boolean http;

  @Option(
      names = "--tls",
      defaultValue = "pictures",
      description =
          "What takes TLS: pictures, or all, which is the store and the trainer too"
              + " (${DEFAULT-VALUE}).",
      paramLabel = "WHAT")
  private String tls;

  @Option(
      names = "--shared",
      description =
          "Have all pupils use the same 44 addresses, of which each is downloaded once for all who"
              + " wait for it, instead of an address of its own for every picture.")
  private boolean shared;

  @Option(
      names = "--slots",
      defaultValue = "2",
      description = "Slots of the task manager (${DEFAULT-VALUE}).")
  private int slots;

  @Option(
      names = "--standalone",
      description =
          "Have the job in one process, as 'satchel run' does, instead of a job manager and a task"
              + " manager.")
  private boolean standalone;

  @Option(
      names = "-D",
      description = "A setting of the job, or of Flink (flink.KEY); may be repeated.",
      paramLabel = "KEY=VALUE")
  private Map<String, String> overrides = Map.of();

  @Option(
      names = "--trust-store",
      description =
          "Trust store of the job's virtual machines (JKS or PKCS #12). Without it they get one"
              + " with what they trust by themselves and the authority of the services.",
      paramLabel = "FILE")
  private @Nullable Path trustStore;

  @Mixin private SeedOption seedOption;

  @Option(names = "--json", description = "Print the figures as a JSON object.")
  private boolean json;

  @Option(
      names = "--directory",
      defaultValue = ".satchel",
      description = "Where everything is kept, logs too (${DEFAULT-VALUE}).")
  private Path directory;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Refuses options that are wrong. */
  void check() throws IOException {
    try {
      size.check();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    require(
        latency >= 0 && storeLatency >= 0 && trainerLatency >= 0, "a latency must be at least 0");
    require(
        tls.equals("all") || tls.equals("pictures"), "--tls must be pictures or all, not " + tls);
    require(!(http && tls.equals("all")), "--http and --tls all exclude each other");
    require(slots >= 1, "--slots must be at least 1");
    require(pictures != null || mix.isEmpty(), "--mix goes with --pictures");
    PictureMix parsed = mix();
    require(
        trustStore == null || Files.isRegularFile(trustStore),
        "--trust-store: there is no file " + trustStore);
    if (pictures != null) {
      require(Files.isDirectory(pictures), "--pictures: " + pictures + " is no directory");
      try {
        PictureFiles.load(pictures, parsed, seedOption.seed());
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }
  }

  private PictureMix mix() {
    try {
      return PictureMix.parse(mix);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--mix: " + e.getMessage(), e);
    }
  }

  /** Refuses options unless a condition holds. */
  void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  /** Has a benchmark print for people, or for a script. */
  Output output() {
    return new Output(spec, json);
  }

  /** How much a pupil trains with. */
  TrainingSize size() {
    return size;
  }

  /** Requests of pupils, of the size that was asked for. */
  List<Load> pupils(LoadFactory factory, String run, int count) {
    return factory.pupils(run, count, size.labels(), size.images());
  }

  private Tls tls() {
    if (http) {
      return Tls.NONE;
    }
    return tls.equals("all") ? Tls.ALL : Tls.PICTURES;
  }

  /** Makes the requests of a benchmark. */
  LoadFactory loads(World world) {
    return loads(world.services()::pictureUrl, 0);
  }

  /**
   * Makes the requests of a benchmark.
   *
   * @param url of the n-th picture
   * @param first number of the first picture that is used
   */
  LoadFactory loads(LongFunction<String> url, long first) {
    return new LoadFactory(shared ? n -> url.apply(n % SHARED) : url, first);
  }

  /**
   * Starts everything.
   *
   * @param classifiers that the trainer has room for
   * @param job settings of the job on top of those that it needs
   */
  World start(int classifiers, Map<String, String> job)
      throws IOException, InterruptedException, InvalidConfigurationException {
    return start(work(), standalone, classifiers, job);
  }

  /**
   * Starts everything in a directory of its own.
   *
   * @param alone whether the job is one process
   */
  World start(String name, boolean alone, int classifiers)
      throws IOException, InterruptedException, InvalidConfigurationException {
    return start(work().resolve(name), alone, classifiers, Map.of());
  }

  private World start(Path work, boolean alone, int classifiers, Map<String, String> job)
      throws IOException, InterruptedException, InvalidConfigurationException {
    FileUtils.deleteDirectory(work.toFile());
    ServiceSettings services =
        new ServiceSettings(
            Files.createDirectories(work),
            seedOption.seed(),
            new ServiceSettings.Pictures(
                pictures == null ? null : pictures.toAbsolutePath(), mix, HOSTS),
            new ServiceSettings.Latencies(latency, storeLatency, trainerLatency),
            tls(),
            classifiers,
            null);
    Map<String, String> settings = new HashMap<>(job);
    settings.putAll(overrides);
    return alone
        ? World.standalone(services, settings, trustStore)
        : World.cluster(
            Path.of(System.getProperty(FLINK_PROPERTY, "flink")),
            services,
            slots,
            settings,
            trustStore);
  }

  /** Where everything of a benchmark is kept. */
  Path work() {
    return directory.toAbsolutePath().resolve("bench");
  }
}
