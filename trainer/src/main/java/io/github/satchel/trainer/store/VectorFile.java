package io.github.satchel.trainer.store;

import io.github.satchel.trainer.embedding.Float16;
import io.github.satchel.trainer.head.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Vectors in a file, 16 bits a number: what a training holds in memory is not its examples. Belongs
 * to one thread.
 */
final class VectorFile implements Examples, AutoCloseable {
  private final FileChannel channel;
  private final int dimensions;
  private final ByteBuffer buffer;
  private final List<Integer> labels = new ArrayList<>();

  /**
   * Opens a file that has the vectors of some examples already, or is new.
   *
   * @param known the classes of the vectors that it has
   */
  VectorFile(Path file, int dimensions, List<Integer> known) throws IOException {
    this.dimensions = dimensions;
    buffer = ByteBuffer.allocate(dimensions * Short.BYTES);
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (channel.size() < (long) known.size() * buffer.capacity()) {
      channel.close();
      throw new IOException("vectors are missing in " + file);
    }
    labels.addAll(known);
  }

  /** Adds an example. */
  void add(int label, float[] vector) throws IOException {
    buffer.clear();
    for (float value : vector) {
      buffer.putShort(Float16.toBits(value));
    }
    buffer.flip();
    long position = (long) labels.size() * buffer.capacity();
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
    labels.add(label);
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public int label(int index) {
    return labels.get(index);
  }

  @Override
  public void read(int index, float[] vector) {
    buffer.clear();
    long begin = (long) index * buffer.capacity();
    try {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, begin + buffer.position()) < 0) {
          throw new IOException("vectors are missing");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] = Float16.toFloat(buffer.getShort(i * Short.BYTES));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
