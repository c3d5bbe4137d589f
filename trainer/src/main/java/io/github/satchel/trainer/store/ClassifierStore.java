package io.github.satchel.trainer.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.github.satchel.trainer.api.Directories;
import io.github.satchel.trainer.embedding.Hash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory a classifier. What is in {@code classifier.json} counts: everything that it needs is
 * written and synchronised before, and it comes in place whole. Safe for many threads.
 */
public final class ClassifierStore {
  static final String HEAD = "head.bin";
  static final String VECTORS = "vectors.bin";

  private static final Logger LOG = LoggerFactory.getLogger(ClassifierStore.class);
  private static final String RECORD = "classifier.json";
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private final Path classifiers;
  private final Path incoming;
  private final Map<String, StoredClassifier> records = new ConcurrentHashMap<>();

  /**
   * Opens a store, and deletes what a process that was killed has left half-written.
   *
   * @param directory made if it is missing
   */
  public ClassifierStore(Path directory) throws IOException {
    classifiers = Files.createDirectories(directory.resolve("classifiers"));
    incoming = directory.resolve("incoming");
    Directories.delete(incoming);
    Files.createDirectories(incoming);
    try (Stream<Path> all = Files.list(classifiers)) {
      for (Path one : all.toList()) {
        restore(one);
      }
    }
  }

  private void restore(Path directory) throws IOException {
    try {
      StoredClassifier record =
          MAPPER.readValue(directory.resolve(RECORD).toFile(), StoredClassifier.class);
      records.put(record.id(), record);
      sweep(directory, record);
    } catch (JsonProcessingException e) {
      LOG.warn("Ignoring {}, which is not a classifier: {}", directory, e.getOriginalMessage());
    }
  }

  /** Where uploads lie while they are received, and new classifiers while they are made. */
  public Path incoming() {
    return incoming;
  }

  /** All there are, oldest first. */
  public List<StoredClassifier> all() {
    return records.values().stream()
        .sorted(Comparator.comparing(StoredClassifier::created).thenComparing(StoredClassifier::id))
        .toList();
  }

  /** One of them. */
  public Optional<StoredClassifier> get(String id) {
    return Optional.ofNullable(records.get(id));
  }

  /** Where the files of one are. */
  public Path directory(String id) {
    return classifiers.resolve(Hash.sha256(id.getBytes(StandardCharsets.UTF_8)).substring(0, 32));
  }

  /**
   * Adds one; when this returns, it is there for good.
   *
   * @param files its uploads, by name; they are moved
   */
  public void add(StoredClassifier record, Map<String, Path> files) throws IOException {
    Path part = Files.createDirectory(incoming.resolve(UUID.randomUUID().toString()));
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Path moved = part.resolve(file.getKey());
      Files.move(file.getValue(), moved);
      sync(moved);
    }
    write(part.resolve(RECORD), MAPPER.writeValueAsBytes(record));
    sync(part);
    Files.move(part, directory(record.id()), StandardCopyOption.ATOMIC_MOVE);
    sync(classifiers);
    records.put(record.id(), record);
  }

  /** Puts a file beside a classifier's record, in place of an older one. */
  void put(String id, String name, byte[] content) throws IOException {
    Path directory = directory(id);
    Path part = directory.resolve(name + ".part");
    write(part, content);
    Files.move(
        part,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Moves a file that was received beside a classifier's record. */
  public void put(String id, String name, Path file) throws IOException {
    Path moved = directory(id).resolve(name);
    Files.move(file, moved, StandardCopyOption.REPLACE_EXISTING);
    sync(moved);
  }

  /**
   * Replaces a record, then deletes files that it does not need. False if it was deleted meanwhile.
   */
  public synchronized boolean replace(StoredClassifier record) throws IOException {
    if (!records.containsKey(record.id())) {
      return false;
    }
    put(record.id(), RECORD, MAPPER.writeValueAsBytes(record));
    sync(directory(record.id()));
    records.put(record.id(), record);
    sweep(directory(record.id()), record);
    return true;
  }

  /** Deletes one with all its files. */
  public synchronized Optional<StoredClassifier> delete(String id) throws IOException {
    StoredClassifier removed = records.remove(id);
    if (removed != null) {
      Path gone = incoming.resolve(UUID.randomUUID().toString());
      Files.move(directory(id), gone, StandardCopyOption.ATOMIC_MOVE);
      sync(classifiers);
      Directories.delete(gone);
    }
    return Optional.ofNullable(removed);
  }

  private static void sweep(Path directory, StoredClassifier record) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!isNeeded(file.getFileName().toString(), record)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static boolean isNeeded(String file, StoredClassifier record) {
    Quality quality = record.quality();
    return file.equals(RECORD)
        || file.equals(HEAD)
        || (file.equals(VECTORS) && !record.optedOut())
        || record.uploads().stream().anyMatch(upload -> upload.file().equals(file))
        || (quality != null
            && quality.doubtful().stream().anyMatch(doubt -> doubt.thumbnail().equals(file)));
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static void sync(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
