package io.github.satchel.job.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.resize.kernel.KernelChoice;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The native kernel in one task manager, while its job fails, restarts in the same class loader,
 * and is submitted again in another.
 */
class NativeRestartIT {

  private static final int SUBMISSIONS = 3;
  private static final String LOADER = "satchel.test.loader.";

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(
                  new Configuration()
                      .set(
                          CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL,
                          List.of("org.bytedeco.")))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @Test
  void aJobThatRestartsAndComesAgainThreeTimesResizesWithTheNativeKernelEachTime(
      @TempDir Path directory) throws Exception {
    Path jar = directory.resolve("job.jar");
    pack(jar, Path.of("target/classes"), Path.of("target/test-classes"));
    var config = new Configuration();
    config.set(PipelineOptions.JARS, List.of(jar.toUri().toString()));
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    var settings =
        new ResizeSettings(224, 224, 50_000_000, KernelChoice.NATIVE, 90, Duration.ofSeconds(30));
    byte[] jpeg = Pictures.encode(Pictures.quarters(640, 480, BufferedImage.TYPE_INT_RGB), "jpeg");
    var location = new ImageLocation(ImageLocation.Type.DOWNLOAD, "1", "https://a.example", null);
    var task = new ImageTask("request", 0, "cat", location, OutputFormat.PNG, Instant.EPOCH);

    for (int i = 0; i < SUBMISSIONS; i++) {
      StreamExecutionEnvironment environment =
          StreamExecutionEnvironment.getExecutionEnvironment(config).setParallelism(1);
      environment
          .fromData(FetchedImage.of(task, jpeg, null))
          .map(new ResizeFunction(settings, null))
          .map(new FailOnce(i))
          .sinkTo(new DiscardingSink<>());
      environment.execute();
    }

    assertThat(IntStream.range(0, SUBMISSIONS).mapToObj(i -> System.getProperty(LOADER + i)))
        .as("class loaders in which a picture was resized")
        .doesNotContainNull()
        .doesNotHaveDuplicates();
  }

  /** Fails the job once a picture was resized; when one was again, notes the class loader. */
  private static final class FailOnce extends RichMapFunction<ResizedImage, ResizedImage> {

    private final int submission;

    FailOnce(int submission) {
      this.submission = submission;
    }

    @Override
    public ResizedImage map(ResizedImage image) {
      if (image.content() == null) {
        throw new IllegalArgumentException("not resized: " + image.problem());
      }
      if (getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("first attempt");
      }
      ClassLoader loader = ResizeFunction.class.getClassLoader();
      System.setProperty(LOADER + submission, Integer.toString(System.identityHashCode(loader)));
      return image;
    }
  }

  private static void pack(Path jar, Path... directories) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        var packed = new JarOutputStream(file)) {
      for (Path directory : directories) {
        try (Stream<Path> classes = Files.walk(directory)) {
          for (Path each : classes.filter(path -> path.toString().endsWith(".class")).toList()) {
            packed.putNextEntry(new JarEntry(directory.relativize(each).toString()));
            Files.copy(each, packed);
          }
        }
      }
    }
  }
}
