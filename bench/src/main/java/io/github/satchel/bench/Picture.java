package io.github.satchel.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A picture to measure with. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Picture(String name, byte[] content) {

  /** The pictures of a directory by class: the file name up to {@code _}. */
  static SortedMap<String, List<Picture>> classes(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .sorted()
          .map(Picture::read)
          .collect(
              Collectors.groupingBy(
                  picture -> picture.name.split("_", 2)[0], TreeMap::new, Collectors.toList()));
    }
  }

  private static Picture read(Path file) {
    try {
      return new Picture(file.getFileName().toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
