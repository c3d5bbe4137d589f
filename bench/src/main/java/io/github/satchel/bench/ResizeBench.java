package io.github.satchel.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.contract.OutputFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the resize kernels and their peers, and prints one table. */
@Command(
    name = "resize-bench",
    mixinStandardHelpOptions = true,
    description = "CPU time a picture and likeness to sharp's results, by class of picture.")
public final class ResizeBench implements Callable<Integer> {

  @Option(
      names = "--pictures",
      description = "Directory of pictures named CLASS_ANYTHING; without it, drawn ones.")
  private @Nullable Path pictures;

  @Option(
      names = "--sharp",
      defaultValue = "bench/peers/sharp",
      description = "Directory of the sharp peer (default: ${DEFAULT-VALUE}).")
  private Path sharp = Path.of("bench/peers/sharp");

  @Option(
      names = "--seconds",
      defaultValue = "2",
      description = "Length of an iteration (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--json", description = "File for the figures.")
  private @Nullable Path json;

  private ResizeBench() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new ResizeBench()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, RunnerException {
    Path directory = pictures;
    if (directory == null) {
      directory = Files.createTempDirectory("satchel-bench-pictures");
      GeneratedPictures.write(directory);
    }
    directory = directory.toAbsolutePath();
    Path results = Files.createTempDirectory("satchel-bench-sharp");
    SortedMap<String, List<Picture>> classes = Picture.classes(directory);

    var measurements = new ArrayList<Measurement>();
    measurements.addAll(
        new Sharp(sharp).measure(directory, results, 3 * seconds, Contestant.SETTINGS));
    measurements.addAll(kernels(directory, classes));
    List<Likeness> likenesses = likenesses(classes, results);

    PrintStream out = System.out;
    for (OutputFormat format : List.of(OutputFormat.PNG, OutputFormat.JPEG)) {
      out.print(new Table(format.name(), measurements, likenesses));
    }
    if (json != null) {
      new JsonMapper()
          .writerWithDefaultPrettyPrinter()
          .writeValue(json.toFile(), Map.of("cpu", measurements, "likeness", likenesses));
    }
    return 0;
  }

  private List<Measurement> kernels(Path directory, SortedMap<String, List<Picture>> classes)
      throws RunnerException {
    TimeValue iteration = TimeValue.seconds(seconds);
    var options =
        new OptionsBuilder()
            .include(ResizeBenchmark.class.getName())
            .param("directory", directory.toString())
            .param("pictureClass", classes.keySet().toArray(String[]::new))
            .addProfiler(CpuTimeProfiler.class)
            .forks(1)
            .warmupIterations(3)
            .warmupTime(iteration)
            .measurementIterations(3)
            .measurementTime(iteration)
            .shouldFailOnError(true)
            .jvmArgs("-Xmx1g", "-XX:+UseSerialGC")
            .build();
    var measurements = new ArrayList<Measurement>();
    for (RunResult result : new Runner(options).run()) {
      String pictureClass = result.getParams().getParam("pictureClass");
      int count = classes.getOrDefault(pictureClass, List.of()).size();
      double millis =
          Objects.requireNonNull(result.getSecondaryResults().get(CpuTimeProfiler.RESULT))
              .getScore();
      measurements.add(
          new Measurement(
              result.getParams().getParam("contestant"),
              pictureClass,
              result.getParams().getParam("format"),
              count,
              millis / count));
    }
    return measurements;
  }

  private static List<Likeness> likenesses(SortedMap<String, List<Picture>> classes, Path results)
      throws IOException {
    var likenesses = new ArrayList<Likeness>();
    for (Contestant contestant : Contestant.values()) {
      try (Contestant.Resizer resizer = contestant.open()) {
        for (var entry : classes.entrySet()) {
          double psnr = 0;
          double ssim = 0;
          for (Picture picture : entry.getValue()) {
            byte[] resized = resizer.resize(picture.content(), OutputFormat.PNG);
            byte[] reference = Files.readAllBytes(results.resolve(picture.name() + ".png"));
            Quality quality = Quality.of(resized, reference);
            psnr += quality.psnr();
            ssim += quality.ssim();
          }
          int count = entry.getValue().size();
          likenesses.add(
              new Likeness(contestant, entry.getKey(), new Quality(psnr / count, ssim / count)));
        }
      }
    }
    return likenesses;
  }
}
