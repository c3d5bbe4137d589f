package io.github.satchel.bench;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
 * @param size of a made-up picture, in bytes
 */
record Gallery(@Nullable String directory, List<String> names, int size) implements Serializable {

  private static final byte[] SIGNATURE =
      "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);
  private static final int SEED = 224;

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

  /** Not to be shared by threads. */
  final class Reader {

    private final byte[] noise = new byte[size];

    private Reader() {
      new Random(SEED).nextBytes(noise);
      System.arraycopy(SIGNATURE, 0, noise, 0, Math.min(size, SIGNATURE.length));
    }

    /** A picture's content, valid until the next call. */
    byte[] read(int index) {
      if (directory == null) {
        ByteBuffer.wrap(noise).putInt(SIGNATURE.length, index);
        return noise;
      }
      try {
        return Files.readAllBytes(Path.of(directory, names.get(index)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean matches(int index, byte[] content) {
      return Arrays.equals(read(index), content);
    }
  }
}
