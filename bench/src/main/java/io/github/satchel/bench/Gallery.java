package io.github.satchel.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a benchmark, which server and checker make out for themselves: the files of a
 * directory, or made-up ones, each different, that begin as a PNG and go on as noise.
 *
 * @param directory null for made-up pictures
 * @param names of the pictures, which are their paths on the server
 * @param size of a made-up picture, in bytes, 12 at least
 */
record Gallery(@Nullable String directory, List<String> names, int size) implements Serializable {

  private static final byte[] SIGNATURE =
      "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);
  private static final int SEED = 224;
  private static final int SLICE = 64 * 1024;

  static Gallery madeUp(int count, int size) {
    return new Gallery(
        null, IntStream.range(0, count).mapToObj(index -> index + ".png").toList(), size);
  }

  static Gallery of(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return new Gallery(
          directory.toString(),
          files
              .filter(Files::isRegularFile)
              .map(file -> directory.relativize(file).toString())
              .sorted()
              .toList(),
          0);
    }
  }

  /** Reads pictures, and keeps what it needs for that. */
  Reader reader() {
    return new Reader();
  }

  /** May be shared by threads. */
  final class Reader {

    private final byte[] noise = new byte[size];

    private Reader() {
      new Random(SEED).nextBytes(noise);
    }

    long length(int index) throws IOException {
      return directory == null ? size : Files.size(file(index));
    }

    void write(int index, OutputStream out) throws IOException {
      if (directory != null) {
        Files.copy(file(index), out);
        return;
      }
      byte[] head = head(index);
      out.write(head);
      for (int at = head.length; at < size; at += SLICE) {
        out.write(noise, at, Math.min(SLICE, size - at));
      }
    }

    boolean matches(int index, byte[] content) throws IOException {
      if (directory != null) {
        return Arrays.equals(Files.readAllBytes(file(index)), content);
      }
      byte[] head = head(index);
      return content.length == size
          && Arrays.equals(head, 0, head.length, content, 0, head.length)
          && Arrays.equals(noise, head.length, size, content, head.length, size);
    }

    private byte[] head(int index) {
      return ByteBuffer.allocate(SIGNATURE.length + Integer.BYTES)
          .put(SIGNATURE)
          .putInt(index)
          .array();
    }

    private Path file(int index) {
      return Path.of(Objects.requireNonNull(directory), names.get(index));
    }
  }
}
