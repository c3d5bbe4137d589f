package io.github.satchel.bench.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pictures with a class each: lines {@code file class} of a {@code manifest.tsv}, or a directory a
 * class.
 */
record LabelledPictures(List<Path> files, List<String> labels) {

  static LabelledPictures read(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    Path manifest = directory.resolve("manifest.tsv");
    if (Files.exists(manifest)) {
      List<String> lines = Files.readAllLines(manifest);
      for (String line : lines.subList(1, lines.size())) {
        String[] fields = line.split("\t", -1);
        files.add(directory.resolve(fields[0]));
        labels.add(fields[1]);
      }
    } else {
      for (Path label : list(directory).filter(Files::isDirectory).toList()) {
        for (Path file : list(label).filter(Files::isRegularFile).toList()) {
          files.add(file);
          labels.add(label.getFileName().toString());
        }
      }
    }
    if (labels.stream().distinct().count() < 2) {
      throw new IOException(
          directory
              + " needs a manifest.tsv of file and class, or a directory of pictures for each class");
    }
    return new LabelledPictures(files, labels);
  }

  private static Stream<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList().stream();
    }
  }

  List<String> classes() {
    return labels.stream().distinct().sorted().toList();
  }
}
