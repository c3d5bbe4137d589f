package io.github.satchel.trainer.embedding;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Vectors by the SHA-256 of their picture, a file of 16-bit numbers each. What was used last stays:
 * once the directory is full the oldest tenth goes, and nothing stays unused longer than the given
 * time. Safe for many threads.
 */
public final class EmbeddingCache {
  private static final String PART = ".part";
  private static final double SHARE_KEPT = 0.9;

  private final Path directory;
  private final int dimensions;
  private final long maxBytes;
  private final Duration maxAge;
  private final Clock clock;
  private long bytes;
  private Instant swept = Instant.MIN;

  /**
   * Opens a cache.
   *
   * @param directory for it alone, and for one network
   * @param dimensions of the vectors
   * @param maxBytes of all files together
   * @param maxAge after which a vector that was not used is deleted, at the latest an hour later
   */
  public EmbeddingCache(Path directory, int dimensions, long maxBytes, Duration maxAge, Clock clock)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    this.dimensions = dimensions;
    this.maxBytes = maxBytes;
    this.maxAge = maxAge;
    this.clock = clock;
    deleteParts();
    sweep();
  }

  /** The vector of a picture, if it is there. */
  public Optional<float[]> get(String sha256) throws IOException {
    Path file = directory.resolve(sha256);
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    if (content.length != dimensions * Short.BYTES) {
      return Optional.empty();
    }
    try {
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    } catch (NoSuchFileException e) {
      // Swept meanwhile; what was read is good.
    }
    float[] vector = new float[dimensions];
    ByteBuffer numbers = ByteBuffer.wrap(content);
    for (int i = 0; i < dimensions; i++) {
      vector[i] = Float16.toFloat(numbers.getShort());
    }
    return Optional.of(vector);
  }

  /** Keeps a vector. */
  public void put(String sha256, float[] vector) throws IOException {
    ByteBuffer numbers = ByteBuffer.allocate(dimensions * Short.BYTES);
    for (float value : vector) {
      numbers.putShort(Float16.toBits(value));
    }
    Path part = Files.createTempFile(directory, "", PART);
    Files.write(part, numbers.array());
    Path file = directory.resolve(sha256);
    Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (isSweepDue(numbers.capacity())) {
      sweep();
    }
  }

  private synchronized boolean isSweepDue(int added) {
    bytes += added;
    return bytes > maxBytes || clock.instant().isAfter(swept.plus(Duration.ofHours(1)));
  }

  /** What a process that was killed has left half-written. */
  private void deleteParts() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path part : files.filter(file -> file.toString().endsWith(PART)).toList()) {
        Files.deleteIfExists(part);
      }
    }
  }

  /** Deletes what is too old, and the oldest of what is too much. */
  public synchronized void sweep() throws IOException {
    swept = clock.instant();
    List<Kept> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        try {
          var attributes = Files.readAttributes(file, BasicFileAttributes.class);
          kept.add(new Kept(file, attributes.lastModifiedTime().toInstant(), attributes.size()));
        } catch (NoSuchFileException e) {
          // a part that has become a vector
        }
      }
    }
    kept.sort(Comparator.comparing(Kept::used));
    bytes = kept.stream().mapToLong(Kept::bytes).sum();
    long goal = bytes > maxBytes ? (long) (maxBytes * SHARE_KEPT) : bytes;
    for (Kept vector : kept) {
      if (bytes <= goal && !vector.used().isBefore(swept.minus(maxAge))) {
        return;
      }
      Files.deleteIfExists(vector.file());
      bytes -= vector.bytes();
    }
  }

  private record Kept(Path file, Instant used, long bytes) {}
}
