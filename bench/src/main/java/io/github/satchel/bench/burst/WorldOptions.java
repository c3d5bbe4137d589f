package io.github.satchel.bench.burst;

import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.ServiceSettings;
import io.github.satchel.testkit.pictures.PictureFiles;
import io.github.satchel.testkit.pictures.PictureMix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What benchmarks have in common: the world that the job runs in. */
final class WorldOptions {

  static final String STARTING =
      "Starting Kafka, an S3 server, a site with pictures, a trainer, and Flink with the job ...";

  /** Set by the script {@code satchel}. */
  private static final String FLINK_PROPERTY = "satchel.flink";

  @Option(
      names = "--images",
      defaultValue = "15",
      description = "Pictures a label, 10 to 10000 (${DEFAULT-VALUE}).")
  int images;

  @Option(
      names = "--labels",
      defaultValue = "2",
      description = "Labels a pupil, at least 2 (${DEFAULT-VALUE}).")
  int labels;

  @Option(
      names = "--pictures",
      description = "Directory of the pictures; without it the site draws some.",
      paramLabel = "DIR")
  private @Nullable Path pictures;

  @Option(
      names = "--mix",
      defaultValue = "",
      description =
          "How often which of them, such as web=50,webcam=20: parts of those files whose names start so"
              + " and go on with _. Without it files are drawn evenly.")
  private String mix;

  @Option(
      names = "--latency",
      defaultValue = "0",
      description = "Milliseconds until the site with pictures answers (${DEFAULT-VALUE}).",
      paramLabel = "MS")
  private int latency;

  @Option(
      names = "--upload-latency",
      defaultValue = "0",
      description = "Milliseconds until the trainer answers an upload (${DEFAULT-VALUE}).",
      paramLabel = "MS")
  private int uploadLatency;

  @Option(
      names = "--slots",
      defaultValue = "2",
      description = "Slots of the task manager (${DEFAULT-VALUE}).")
  private int slots;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "The same seed draws the same pictures (${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--json", description = "Print the figures as a JSON object.")
  boolean json;

  @Option(
      names = "--directory",
      defaultValue = ".satchel",
      description = "Where everything is kept, logs too (${DEFAULT-VALUE}).")
  private Path directory;

  /**
   * Says what is wrong with the options.
   *
   * @throws IllegalArgumentException with a sentence
   */
  void check() throws IOException {
    require(images >= 10 && images <= 10_000, "--images must be 10 to 10000");
    require(labels >= 2, "--labels must be at least 2");
    require(latency >= 0 && uploadLatency >= 0, "a latency must be at least 0");
    require(slots >= 1, "--slots must be at least 1");
    require(pictures != null || mix.isEmpty(), "--mix goes with --pictures");
    PictureMix parsed;
    try {
      parsed = PictureMix.parse(mix);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--mix: " + e.getMessage(), e);
    }
    if (pictures != null) {
      require(Files.isDirectory(pictures), "--pictures: " + pictures + " is no directory");
      PictureFiles.load(pictures, parsed, seed);
    }
  }

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * Starts everything.
   *
   * @param classifiers that the trainer has room for
   * @param job settings of the job on top of those that it needs
   */
  World start(int classifiers, Map<String, String> job)
      throws IOException, InterruptedException, InvalidConfigurationException {
    Path fresh = directory.toAbsolutePath().resolve("bench");
    FileUtils.deleteDirectory(fresh.toFile());
    return World.start(
        Path.of(System.getProperty(FLINK_PROPERTY, "flink")),
        new ServiceSettings(
            Files.createDirectories(fresh),
            seed,
            pictures == null ? null : pictures.toAbsolutePath(),
            mix,
            latency,
            uploadLatency,
            classifiers,
            null),
        slots,
        job);
  }
}
