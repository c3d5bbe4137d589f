package io.github.satchel.bench.trainer;

import io.github.satchel.contract.Json;
import io.github.satchel.testkit.process.ProcessUsage;
import io.github.satchel.trainer.embedding.DefaultNetwork;
import io.github.satchel.trainer.embedding.Embedding;
import io.github.satchel.trainer.embedding.Network;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what the trainer makes of labelled pictures. */
@Command(
    name = "trainer",
    description =
        "Measures the trainer on labelled pictures: accuracy on unseen ones, time, memory.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class TrainerBenchCommand implements Callable<Integer> {
  private static final int WARM_UP = 10;

  @Option(
      names = "--pictures",
      required = true,
      paramLabel = "DIR",
      description = "manifest.tsv with file and class, or a directory of pictures for each class.")
  private Path pictures;

  @Option(
      names = "--per-class",
      defaultValue = "15",
      paramLabel = "N",
      description = "How many of each class are trained with; the others are asked about.")
  private int perClass;

  @Option(
      names = "--splits",
      defaultValue = "20",
      paramLabel = "N",
      description = "How often the pictures are divided by chance.")
  private int splits;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "What chance depends on.")
  private long seed;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "A network of your own, .tflite or .onnx.")
  private @Nullable Path model;

  @Option(names = "--json", description = "Print the figures as a JSON object.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    LabelledPictures labelled = LabelledPictures.read(pictures);
    Network network =
        model == null
            ? DefaultNetwork.open(DefaultNetwork.cacheDirectory(System.getenv()))
            : Network.read(model);
    int count = labelled.files().size();
    float[][] vectors = new float[count][];
    long[] nanos = new long[count];
    int dimensions;
    try (Embedding embedding = network.open()) {
      dimensions = embedding.dimensions();
      for (int i = -WARM_UP; i < count; i++) {
        byte[] picture = Files.readAllBytes(labelled.files().get(Math.max(0, i)));
        long begin = System.nanoTime();
        float[] vector = embedding.embed(picture);
        if (i >= 0) {
          nanos[i] = System.nanoTime() - begin;
          vectors[i] = vector;
        }
      }
    }
    List<String> classes = labelled.classes();
    int[] labels = labelled.labels().stream().mapToInt(classes::indexOf).toArray();
    var result = new Splits(vectors, labels, classes.size()).run(splits, perClass, seed);
    Arrays.sort(nanos);
    double[] accuracies = result.accuracies();
    var measured =
        new TrainerFigures(
            count,
            classes.size(),
            perClass,
            splits,
            dimensions,
            mean(accuracies),
            accuracies[0],
            accuracies[splits - 1],
            mean(result.leftOut()),
            mean(result.confidences()),
            nanos[count / 2] / 1e6,
            nanos[count * 95 / 100] / 1e6,
            result.nanos()[splits / 2] / 1e6,
            ProcessUsage.ofThis().peakRss() >> 20);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.MAPPER.writeValueAsString(measured));
    } else {
      measured.print(out);
    }
    out.flush();
    return 0;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }
}
