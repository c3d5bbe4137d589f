package io.github.satchel.testkit.pictures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Pictures from a directory, all of them in memory, drawn at random by a seed and a mix. */
public final class PictureFiles implements PictureSource {

  private static final Map<String, String> CONTENT_TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "gif", "image/gif",
          "webp", "image/webp");

  private record Entry(String extension, Picture picture) {}

  private final long seed;
  private final List<List<Entry>> classes;
  private final List<Integer> weights;
  private final int sum;

  private PictureFiles(long seed, List<List<Entry>> classes, List<Integer> weights) {
    this.seed = seed;
    this.classes = classes;
    this.weights = weights;
    sum = weights.stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Reads the pictures of a directory, told by their extensions.
   *
   * @throws IOException if it has no pictures, or none of a name that the mix has
   */
  public static PictureFiles load(Path directory, PictureMix mix, long seed) throws IOException {
    Map<String, List<Path>> byPrefix = byPrefix(directory);
    if (byPrefix.isEmpty()) {
      throw new IOException("There are no pictures in " + directory);
    }
    for (String prefix : mix.weights().keySet()) {
      if (!byPrefix.containsKey(prefix)) {
        throw new IOException(
            "No picture in %s is called %s_...; there are %s"
                .formatted(directory, prefix, String.join(", ", byPrefix.keySet())));
      }
    }
    List<List<Entry>> classes = new ArrayList<>();
    List<Integer> weights = new ArrayList<>();
    for (Map.Entry<String, List<Path>> each : byPrefix.entrySet()) {
      int weight =
          mix.equals(PictureMix.EVEN)
              ? each.getValue().size()
              : mix.weights().getOrDefault(each.getKey(), 0);
      if (weight > 0) {
        classes.add(read(each.getValue()));
        weights.add(weight);
      }
    }
    return new PictureFiles(seed, classes, weights);
  }

  @Override
  public String extension(long n) {
    return entry(n).extension();
  }

  @Override
  public CompletableFuture<Picture> picture(long n) {
    return CompletableFuture.completedFuture(entry(n).picture());
  }

  @Override
  public int distinct() {
    return 0;
  }

  @Override
  public CompletableFuture<Picture> toSpoil() {
    return CompletableFuture.completedFuture(classes.get(0).get(0).picture());
  }

  private Entry entry(long n) {
    var random = new SplittableRandom(seed ^ Long.rotateLeft(n, 32));
    int point = random.nextInt(sum);
    int index = 0;
    while (point >= weights.get(index)) {
      point -= weights.get(index);
      index++;
    }
    List<Entry> files = classes.get(index);
    return files.get(random.nextInt(files.size()));
  }

  private static Map<String, List<Path>> byPrefix(Path directory) throws IOException {
    Map<String, List<Path>> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> CONTENT_TYPES.containsKey(extension(file)))
          .sorted()
          .forEach(
              file ->
                  found
                      .computeIfAbsent(
                          file.getFileName().toString().replaceFirst("[_.].*", ""),
                          prefix -> new ArrayList<>())
                      .add(file));
    }
    return found;
  }

  private static List<Entry> read(List<Path> files) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Path file : files) {
      String extension = extension(file);
      entries.add(
          new Entry(
              extension,
              new Picture(Files.readAllBytes(file), CONTENT_TYPES.getOrDefault(extension, ""))));
    }
    return entries;
  }

  private static String extension(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
