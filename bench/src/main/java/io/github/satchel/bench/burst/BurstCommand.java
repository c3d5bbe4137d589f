package io.github.satchel.bench.burst;

import io.github.satchel.bench.comparison.Comparison;
import io.github.satchel.bench.comparison.RoundFigures;
import io.github.satchel.bench.comparison.Rounds;
import io.github.satchel.bench.comparison.Rounds.Side;
import io.github.satchel.bench.world.World;
import io.github.satchel.contract.Json;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import io.github.satchel.testkit.report.Burst;
import io.github.satchel.testkit.report.BurstResult;
import io.github.satchel.testkit.report.Load;
import io.github.satchel.testkit.report.LoadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A class presses Train together. */
@Command(
    name = "burst",
    description = {
      "A class of pupils presses Train at the same moment, each for a project of its own, after a"
          + " class before it has warmed everything up. Pictures come over HTTPS from twelve hosts,"
          + " each from an address of its own.",
      "Ends with status 0 only if every request ended as expected."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BurstCommand implements Callable<Integer> {

  private static final int MIN_WARMUP = 30;
  private static final Pattern LARGE = Pattern.compile("(\\d{1,4})x(\\d{1,5})");
  private static final List<String> PEERS = List.of("site", "http", "alone");

  /** Set by the script {@code satchel}. */
  private static final String PEERS_PROPERTY = "satchel.peers";

  @Option(names = "--students", defaultValue = "100", description = "Pupils (${DEFAULT-VALUE}).")
  private int students;

  @Option(
      names = "--peer",
      description = {
        "Measure the job in turns with a peer, on the same pictures, and print their ratios:",
        "site, a web site of Node.js that does what the predecessor of Satchel did;",
        "http, the job itself with the same pictures over plain HTTP;",
        "alone, the job itself without what --large or --greedy put in front."
      },
      paramLabel = "PEER")
  private @Nullable String peer;

  @Option(
      names = "--rounds",
      description = "How often to measure; prints medians. (1, with --peer 3)",
      paramLabel = "N")
  private @Nullable Integer rounds;

  @Mixin private WorldOptions options;

  @Mixin private ReportOption report;

  @Option(
      names = "--large",
      description =
          "Have one large request written before the others, such as 2x10000: labels x pictures a"
              + " label.",
      paramLabel = "LxM")
  private @Nullable String large;

  @Option(
      names = "--greedy",
      defaultValue = "0",
      description =
          "Have so many requests of one user written before the others, as large as those. Of these,"
              + " what exceeds a quota, such as -D quota.user.open=3, may be rejected.",
      paramLabel = "REQUESTS")
  private int greedy;

  @Option(
      names = "--warm-up",
      description = "Pupils of the class before (as many as --students, at least 30).",
      paramLabel = "STUDENTS")
  private @Nullable Integer warmUp;

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigurationException {
    check();
    int before = warmUp == null ? Math.max(students, MIN_WARMUP) : warmUp;
    int count = rounds == null ? (peer == null ? 1 : 3) : rounds;
    Output output = options.output();
    output.say(WorldOptions.STARTING);
    try (World world = options.start(before + (students + greedy) * (2 * count + 1), Map.of())) {
      LoadFactory factory = options.loads(world);
      output.say("Warming up with " + before + " pupils ...");
      List<Load> first = options.pupils(factory, "warm-up", before);
      world.warmUp(first, patience(first));
      return peer == null && count == 1
          ? once(world, factory.next(), output)
          : inTurns(world, count, first, output);
    }
  }

  private void check() throws IOException, InterruptedException {
    options.require(students >= 1, "--students must be at least 1");
    options.require(warmUp == null || warmUp >= 1, "--warm-up must be at least 1");
    options.require(rounds == null || rounds >= 1, "--rounds must be at least 1");
    options.require(
        large == null || LARGE.matcher(large).matches(),
        "--large must be labels x pictures, such as 2x10000");
    options.require(
        peer == null || PEERS.contains(peer),
        "--peer must be one of " + String.join(", ", PEERS) + ", not " + peer);
    options.require(greedy >= 0, "--greedy must be at least 0");
    boolean ahead = large != null || greedy > 0;
    options.require(!"alone".equals(peer) || ahead, "--peer alone goes with --large or --greedy");
    options.require(!"site".equals(peer) || !ahead, "--peer site excludes --large and --greedy");
    options.check();
    report.check(options, peer == null && (rounds == null || rounds == 1));
    if ("site".equals(peer)) {
      SitePeer.require(site());
    }
  }

  private static Path site() {
    return Path.of(System.getProperty(PEERS_PROPERTY, "bench/peers"), "site");
  }

  private int once(World world, long first, Output output)
      throws IOException, InterruptedException {
    List<Load> loads = loads(options.loads(world.services()::pictureUrl, first), "burst", true);
    output.say(students + " pupils press Train ...");
    Burst burst = world.measure(loads, Duration.ZERO, patience(loads), true);
    BurstResult result = burst.result();
    if (output.json()) {
      output.print(Json.MAPPER.writeValueAsString(result));
    } else {
      output.burst(result);
    }
    report.write(burst);
    return result.asExpected() ? 0 : 1;
  }

  private int inTurns(World world, int count, List<Load> warmUp, Output output)
      throws IOException, InterruptedException {
    try (@Nullable SitePeer site =
        "site".equals(peer)
            ? SitePeer.start(site(), world, options.work().resolve("site"))
            : null) {
      LongFunction<String> url = world.services()::pictureUrl;
      Side job =
          new Side(
              "job",
              loads -> RoundFigures.of(world.measure(loads, Duration.ZERO, patience(loads), false)),
              (run, first) -> loads(options.loads(url, first), run, true));
      Side other = peer == null ? null : other(peer, world, site, job);
      if (other != null) {
        output.say("Warming up the peer ...");
        other.contender().serve(other.classes().of("warm-up-" + peer, 0));
      }
      output.say(students + " pupils press Train, " + count + " times ...");
      output.rounds();
      long first = warmUp.stream().mapToInt(Load::images).sum();
      Comparison comparison = new Rounds(job, other, output::round).run(count, first);
      output.comparison(comparison);
      if (output.json()) {
        output.print(Json.MAPPER.writeValueAsString(comparison));
      }
      return comparison.complaints().isEmpty() ? 0 : 1;
    }
  }

  private Side other(String name, World world, @Nullable SitePeer site, Side job) {
    LongFunction<String> url =
        name.equals("http") ? world.services()::plainPictureUrl : world.services()::pictureUrl;
    return new Side(
        name,
        site == null ? job.contender() : site,
        (run, first) -> loads(options.loads(url, first), run, name.equals("http")));
  }

  /** Pictures of the class have the same numbers with and without what is in front of it. */
  private List<Load> loads(LoadFactory factory, String run, boolean withThoseAhead) {
    List<Load> pupils = options.pupils(factory, run, students);
    List<Load> loads = new ArrayList<>();
    if (withThoseAhead) {
      loads.addAll(factory.greedy(run, greedy, options.size().labels(), options.size().images()));
      if (large != null) {
        loads.add(large(factory, run, large));
      }
    }
    loads.addAll(pupils);
    return loads;
  }

  private static Load large(LoadFactory factory, String run, String size) {
    Matcher matcher = LARGE.matcher(size);
    if (!matcher.matches()) {
      throw new IllegalStateException(size); // checked before
    }
    return factory.large(
        run, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Bounded by pictures at a crawl. */
  private static Duration patience(List<Load> loads) {
    return Duration.ofMinutes(1).plusMillis(50L * loads.stream().mapToInt(Load::images).sum());
  }
}
