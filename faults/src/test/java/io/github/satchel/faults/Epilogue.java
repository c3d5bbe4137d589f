package io.github.satchel.faults;

import static org.awaitility.Awaitility.await;

import io.github.satchel.faults.History.Aftermath;
import io.github.satchel.faults.History.Share;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.FlinkRest.Vertex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What is done when nothing is broken any more: fetch and resize are scaled to unequal numbers,
 * requests are sent that have to end well, and when all are forgotten, what is left is looked at.
 */
final class Epilogue {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Of fetch and of resize: multiples, and none of each other. */
  private static final int[][] PARALLELISMS = {{2, 4}, {2, 3}, {1, 2}, {3, 2}};

  private static final int REQUESTS = 6;

  /** How the JPEG and PNG files begin that the job writes. */
  private static final Pattern PICTURE =
      Pattern.compile("\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF|\u0089PNG\r\n\u001a\n");

  private final World world;
  private final Recorder recorder;
  private final Set<String> pressed = new HashSet<>();
  private final List<Share> shares = new ArrayList<>();

  Epilogue(World world, Recorder recorder) {
    this.world = world;
    this.recorder = recorder;
  }

  /** Scales and sends. */
  void press() throws IOException {
    for (int[] parallelism : PARALLELISMS) {
      scale(parallelism[0], parallelism[1]);
      String prefix = "epilogue-" + parallelism[0] + "-" + parallelism[1];
      try (Driver driver = new Driver(world, recorder, 1, prefix)) {
        for (int i = 0; i < REQUESTS; i++) {
          pressed.add(driver.pressPlain());
        }
      }
      LenientWaits.forOutcomes(recorder);
      shares.add(
          new Share(parallelism[0], world.flink().rest().recordsOfSubtasks(vertex("resize"))));
    }
  }

  /**
   * Waits until everything is forgotten, and looks at what is left.
   *
   * @param stateBefore what state there was before the first request
   */
  Aftermath look(Map<String, Long> stateBefore) throws IOException, InterruptedException {
    LenientWaits.untilForgotten(world, stateBefore);
    Map<String, Long> stateAfter = world.stateSizes();
    return new Aftermath(pressed, shares, stateBefore, stateAfter, pictures());
  }

  /** What was seen so far. */
  Aftermath unforgotten() {
    return new Aftermath(pressed, shares, Map.of(), Map.of(), Map.of());
  }

  private void scale(int fetch, int resize) {
    try {
      await("fetch %d, resize %d".formatted(fetch, resize))
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .ignoreExceptions()
          .until(
              () -> {
                Map<String, Integer> wanted = new HashMap<>();
                wanted.put(vertex("fetch").id(), fetch);
                wanted.put(vertex("resize").id(), resize);
                world.flink().rest().rescale(wanted);
                return world.flink().rest().isServing()
                    && vertex("fetch").parallelism() == fetch
                    && vertex("resize").parallelism() == resize;
              });
    } catch (ConditionTimeoutException e) {
      System.out.println("Not within " + PATIENCE + ": fetch " + fetch + ", resize " + resize);
    }
  }

  private Vertex vertex(String name) throws IOException {
    return world.flink().rest().vertices().stream()
        .filter(vertex -> vertex.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /**
   * By file; in the archives directory those of no request. Checkpoints are not looked at: RocksDB
   * drops what was deleted when it compacts, and Flink leaves files of a checkpoint that a killed
   * process had not finished. What state there is, a savepoint says.
   */
  private Map<String, Integer> pictures() throws IOException {
    Map<String, Integer> found = new TreeMap<>();
    Path buckets = world.buckets();
    List<Path> files;
    try (Stream<Path> all = Files.walk(buckets)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String path = buckets.relativize(file).toString();
      boolean archive = path.startsWith(LocalServices.ARCHIVES_BUCKET) && path.endsWith(".zip");
      if (!archive
          && !path.startsWith(LocalServices.IMAGES_BUCKET)
          && !file.startsWith(world.checkpoints())) {
        int count = pictures(file);
        if (count > 0) {
          found.put(path, count);
        }
      }
    }
    return found;
  }

  private static int pictures(Path file) throws IOException {
    try {
      String content = Files.readString(file, StandardCharsets.ISO_8859_1);
      return (int) PICTURE.matcher(content).results().count();
    } catch (NoSuchFileException e) {
      return 0; // of a checkpoint that is needed no more
    }
  }
}
