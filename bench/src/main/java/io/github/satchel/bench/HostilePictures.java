package io.github.satchel.bench;

import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.resize.Outcome;
import io.github.satchel.job.resize.PictureResizer;
import io.github.satchel.job.resize.kernel.KernelChoice;
import io.github.satchel.testkit.process.ProcessUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Resizes pictures that are made to harm, and holds each kernel to what is expected of each file.
 */
@Command(
    name = "hostile-pictures",
    mixinStandardHelpOptions = true,
    description = {
      "Outcome, time and memory of every picture of a directory, with each kernel; fails if an",
      "outcome is not that of the directory's expected.tsv (file, tab, `ready` or a failure code),",
      "or time or memory is beyond its limit."
    })
public final class HostilePictures implements Callable<Integer> {

  @Option(names = "--pictures", required = true, description = "Directory with an expected.tsv.")
  private Path pictures = Path.of("");

  @Option(
      names = "--max-seconds",
      defaultValue = "2",
      description = "Longest time for a picture (default: ${DEFAULT-VALUE}).")
  private int maxSeconds;

  @Option(
      names = "--max-megabytes",
      defaultValue = "512",
      description = "Most resident memory above that of the idle process (${DEFAULT-VALUE}).")
  private int maxMegabytes;

  private HostilePictures() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new HostilePictures()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    List<String> expected = Files.readAllLines(pictures.resolve("expected.tsv"));
    int complaints = 0;
    long idle = ProcessUsage.ofThis().rss() >> 20;
    for (KernelChoice choice : List.of(KernelChoice.NATIVE, KernelChoice.JAVA)) {
      try (PictureResizer resizer = PictureResizer.open(Contestant.settings(choice))) {
        for (String line : expected.subList(1, expected.size())) {
          String[] columns = line.split("\t", 3);
          complaints += check(resizer, choice, columns[0], columns[1]);
        }
      }
    }
    long grown = (ProcessUsage.ofThis().peakRss() >> 20) - idle;
    System.out.printf(Locale.ROOT, "peak %d MB above idle, %d complaints%n", grown, complaints);
    return complaints == 0 && grown <= maxMegabytes ? 0 : 1;
  }

  private int check(PictureResizer resizer, KernelChoice choice, String name, String expected)
      throws IOException {
    byte[] content = Files.readAllBytes(pictures.resolve(name));
    long start = System.nanoTime();
    Outcome outcome = resizer.resize(content, OutputFormat.AUTO);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    String got =
        outcome instanceof Outcome.Refused refused ? refused.problem().code().wire() : "ready";
    boolean fine = got.equals(expected) && took.toSeconds() < maxSeconds;
    System.out.printf(
        Locale.ROOT,
        "%-8s %-28s %-22s %5d ms%s%n",
        choice.name().toLowerCase(Locale.ROOT),
        name,
        got,
        took.toMillis(),
        fine ? "" : "  expected " + expected + " within " + maxSeconds + " s");
    return fine ? 0 : 1;
  }
}
