package io.github.satchel.bench;

import io.github.satchel.job.SatchelOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the fetch stage, and fails if a picture does not arrive as it was sent. */
@Command(
    name = "fetch-bench",
    mixinStandardHelpOptions = true,
    description = "Throughput and memory of the fetch stage inside of a Flink job of one slot.")
public final class FetchBenchmark implements Callable<Integer> {

  private static final String OFF = "off";
  private static final double MEGA = 1e6;

  @Option(
      names = "--pictures",
      defaultValue = "2000",
      description = "Pictures, on hosts that answer (default: ${DEFAULT-VALUE}).")
  private int pictures;

  @Option(
      names = "--bytes",
      defaultValue = "5000000",
      description = "Size of a picture (default: ${DEFAULT-VALUE}).")
  private int bytes;

  @Option(
      names = "--latency",
      defaultValue = "200",
      description = "Milliseconds before each response (default: ${DEFAULT-VALUE}).")
  private long latencyMillis;

  @Option(
      names = "--hosts",
      defaultValue = "3",
      description = "Hosts that the pictures are spread over (default: ${DEFAULT-VALUE}).")
  private int hosts;

  @Option(
      names = "--budget",
      split = ",",
      defaultValue = "64mb,off",
      description = "fetch.memory, or off; several are compared (default: ${DEFAULT-VALUE}).")
  private List<String> budgets = List.of();

  @Option(
      names = "--dead-share",
      defaultValue = "0",
      description =
          "Share of all images that is on a host that never answers, added to the pictures; above"
              + " 0, each budget is measured without and with them.")
  private double deadShare;

  @Option(names = "--rounds", defaultValue = "1", description = "How often each is measured.")
  private int rounds;

  @Option(
      names = "--directory",
      description =
          "Fetch the files of this directory instead, once, and list those that are refused.")
  private @Nullable Path directory;

  @Option(names = "--set", description = "Another setting, as KEY=VALUE.")
  private Map<String, String> overrides = Map.of();

  private FetchBenchmark() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new FetchBenchmark()).execute(args));
  }

  /** One line of the comparison. */
  private record Variant(String budget, int dead) {}

  @Override
  public Integer call() throws Exception {
    return directory == null ? compare() : fetch(directory);
  }

  private int fetch(Path files) throws Exception {
    Gallery gallery = Gallery.of(files.toAbsolutePath());
    try (PictureServer.Site site = PictureServer.Site.start(gallery, hosts, latencyMillis)) {
      FetchRun.Result result =
          FetchRun.of(site, 0, settings(new Variant(budgets.get(0), 0), site.port()));
      List<FetchRun.Verdict> failures = result.failures();
      System.out.printf(
          "%d files, %d arrived byte for byte, %d refused%n",
          result.verdicts().size(), result.verdicts().size() - failures.size(), failures.size());
      failures.forEach(
          verdict ->
              System.out.printf(
                  "  %s: %s%n", gallery.names().get(verdict.index()), verdict.problem()));
      return 0;
    }
  }

  private int compare() throws Exception {
    int dead = (int) Math.round(pictures * deadShare / (1 - deadShare));
    List<Variant> variants = new ArrayList<>();
    for (String budget : budgets) {
      variants.add(new Variant(budget, 0));
      if (dead > 0) {
        variants.add(new Variant(budget, dead));
      }
    }
    Map<Variant, List<Double>> seconds = new LinkedHashMap<>();
    int failures = 0;
    System.out.printf(
        "%d pictures of %.3f MB on %d hosts, %d ms before each response, heap at most %.0f MB %s%n%n",
        pictures,
        bytes / MEGA,
        hosts,
        latencyMillis,
        Runtime.getRuntime().maxMemory() / MEGA,
        overrides);
    warmUp();
    System.out.println(
        "| budget | on a dead host | s | pictures/s | MB/s | most MB in flight"
            + " | MB of heap alive, by quarter | CPU s |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (int round = 0; round < rounds; round++) {
      List<Variant> order = new ArrayList<>(variants);
      if (round % 2 == 1) { // so that a machine that slows down favours nobody
        Collections.reverse(order);
      }
      for (Variant variant : order) {
        FetchRun.Result result = run(variant, pictures);
        seconds.computeIfAbsent(variant, unused -> new ArrayList<>()).add(seconds(result.time()));
        failures += result.failures().size();
        System.out.println(row(variant, result));
      }
    }
    System.out.println();
    double last = median(seconds.getOrDefault(variants.get(variants.size() - 1), List.of()));
    seconds.forEach(
        (variant, times) ->
            System.out.printf(
                "median of %s with %d on a dead host: %.1f s, %.0f %% of the throughput of the last%n",
                variant.budget, variant.dead, median(times), 100 * last / median(times)));
    System.out.println("pictures that failed: " + failures);
    return failures == 0 ? 0 : 1;
  }

  /** Classes are loaded and compiled before anything counts. */
  private void warmUp() throws Exception {
    run(new Variant(OFF, 0), Math.min(pictures, 200));
  }

  private FetchRun.Result run(Variant variant, int count) throws Exception {
    try (PictureServer.Site site =
        PictureServer.Site.start(Gallery.madeUp(count, bytes), hosts, latencyMillis)) {
      return FetchRun.of(site, variant.dead, settings(variant, site.port()));
    }
  }

  private Configuration settings(Variant variant, int port) {
    Configuration settings =
        new Configuration()
            .set(SatchelOptions.FETCH_ALLOWED_NETWORKS, List.of("127.0.0.0/8"))
            .set(SatchelOptions.FETCH_ALLOWED_PORTS, List.of(port))
            .set(
                SatchelOptions.FETCH_MEMORY,
                variant.budget.equals(OFF)
                    ? MemorySize.MAX_VALUE
                    : MemorySize.parse(variant.budget));
    overrides.forEach(settings::setString);
    return settings;
  }

  private static String row(Variant variant, FetchRun.Result result) {
    double seconds = seconds(result.time());
    long arrived = result.verdicts().stream().filter(verdict -> verdict.problem() == null).count();
    return "| %s | %d | %.1f | %.1f | %.0f | %.1f | %s | %.1f |"
        .formatted(
            variant.budget,
            variant.dead,
            seconds,
            arrived / seconds,
            result.bytes() / MEGA / seconds,
            result.inFlight() / MEGA,
            result.heapAlive().stream()
                .map(peak -> "%.0f".formatted(peak / MEGA))
                .collect(Collectors.joining(" ")),
            seconds(result.cpu()));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int upper = sorted.size() / 2;
    int lower = (sorted.size() - 1) / 2;
    return (sorted.get(lower) + sorted.get(upper)) / 2;
  }
}
