package io.github.satchel.connectors.training.operator;

import com.fasterxml.jackson.core.JacksonException;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.operator.JournalEntry.Conclusion;
import io.github.satchel.connectors.training.transport.Json;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal and the archives of trainings, on Flink's file systems. */
public final class TrainingFiles {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingFiles.class);

  private TrainingFiles() {}

  /**
   * The journal; empty if there is none, {@link JournalEntry#unreadable} if it makes no sense.
   *
   * @throws UploadException {@link Verdict#UNAVAILABLE} if it cannot be told
   */
  static Optional<JournalEntry> readJournal(Training training) throws UploadException {
    return read(new Path(training.journal())).map(content -> parse(training, content));
  }

  private static Optional<byte[]> read(Path path) throws UploadException {
    try {
      FileSystem files = path.getFileSystem();
      // Asked first: to open what may not be read says "not found" on a local file system.
      if (!files.isDistributedFS() && !files.exists(path)) {
        return Optional.empty();
      }
      try (InputStream in = files.open(path)) {
        return Optional.of(in.readAllBytes());
      } catch (FileNotFoundException absent) {
        if (files.isDistributedFS()) {
          return Optional.empty();
        }
        throw absent;
      }
    } catch (IOException unreadable) {
      throw new UploadException(
          Verdict.UNAVAILABLE, "the journal %s cannot be read, %s".formatted(path, unreadable));
    }
  }

  private static JournalEntry parse(Training training, byte[] content) {
    try {
      JournalEntry entry = Json.MAPPER.readValue(content, JournalEntry.class);
      if (entry != null && isSound(entry)) {
        return entry;
      }
    } catch (JacksonException malformed) {
      // Treated like a journal that says too little.
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    LOG.warn("Training {}: the journal {} is invalid", training.id(), training.journal());
    return JournalEntry.unreadable();
  }

  private static boolean isSound(JournalEntry entry) {
    // Jackson leaves null what is missing.
    if (entry.state() == null) {
      return false;
    }
    return switch (entry.state()) {
      case CREATING -> entry.create() != null && entry.create().credentials() != null;
      case COMPLETED ->
          entry.completedAt() != null && (entry.classifier() == null) != (entry.error() == null);
    };
  }

  /**
   * What was heard of a training in the end; empty if nothing was, or it makes no sense.
   *
   * @throws UploadException {@link Verdict#UNAVAILABLE} if it cannot be told
   */
  public static Optional<Conclusion> readConclusion(Training training) throws UploadException {
    Optional<byte[]> content = read(conclusion(training));
    try {
      return content.isEmpty()
          ? Optional.empty()
          : Optional.ofNullable(Json.MAPPER.readValue(content.get(), Conclusion.class))
              .filter(each -> each.kind() != null && each.at() != null);
    } catch (IOException malformed) {
      LOG.warn("Training {}: {} is invalid", training.id(), conclusion(training));
      return Optional.empty();
    }
  }

  /**
   * Writes what was heard of a training in the end beside its journal; not if that has been removed
   * meanwhile, as nobody would remove this.
   */
  public static Conclusion writeConclusion(Training training, Conclusion heard)
      throws UploadException {
    Path journal = new Path(training.journal());
    try {
      if (!journal.getFileSystem().exists(journal)) {
        return heard;
      }
    } catch (IOException unreadable) {
      throw new UploadException(
          Verdict.UNAVAILABLE, "the journal %s cannot be read, %s".formatted(journal, unreadable));
    }
    return write(conclusion(training), heard);
  }

  private static Path conclusion(Training training) {
    return new Path(training.journal() + ".conclusion");
  }

  /**
   * Replaces the journal as a whole: object stores show an object once it is complete; on a local
   * file system the file is written beside its place and moved.
   *
   * @return what was written
   * @throws UploadException {@link Verdict#UNAVAILABLE} if that failed
   */
  public static JournalEntry writeJournal(Training training, JournalEntry entry)
      throws UploadException {
    return write(new Path(training.journal()), entry);
  }

  private static <T> T write(Path path, T entry) throws UploadException {
    try {
      FileSystem files = path.getFileSystem();
      byte[] content = Json.MAPPER.writeValueAsBytes(entry);
      if (files.isDistributedFS()) {
        write(files, path, content);
        return entry;
      }
      Path part = path.suffix(".part");
      write(files, part, content);
      if (!files.rename(part, path)) {
        throw new IOException("it cannot be moved from " + part);
      }
      return entry;
    } catch (IOException unwritable) {
      throw new UploadException(
          Verdict.UNAVAILABLE, "the journal %s cannot be written, %s".formatted(path, unwritable));
    }
  }

  private static void write(FileSystem files, Path path, byte[] content) throws IOException {
    try (OutputStream out = files.create(path, WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }

  /**
   * Makes sure that the archives are what the training says.
   *
   * @return the bytes of all together
   * @throws UploadException {@link Verdict#FAILED} if one is missing or has another size, {@link
   *     Verdict#UNAVAILABLE} if it cannot be told
   */
  public static long requireArchives(Training training) throws UploadException {
    long total = 0;
    for (ExampleArchive archive : training.archives()) {
      Path path = new Path(archive.uri());
      long bytes;
      if (archive.content() != null) {
        total += archive.content().length;
        continue;
      }
      try {
        bytes = path.getFileSystem().getFileStatus(path).getLen();
      } catch (FileNotFoundException | NoSuchFileException absent) {
        throw new UploadException(
            Verdict.FAILED,
            "the archive %s is missing; train again to have it made anew".formatted(archive.uri()));
      } catch (IOException unreadable) {
        throw new UploadException(
            Verdict.UNAVAILABLE,
            "the archive %s cannot be read, %s".formatted(archive.uri(), unreadable));
      }
      if (bytes != archive.bytes()) {
        throw new UploadException(
            Verdict.FAILED,
            "the archive %s has %d bytes instead of %d; train again to have it made anew"
                .formatted(archive.uri(), bytes, archive.bytes()));
      }
      total += bytes;
    }
    return total;
  }

  /** Deletes what is there; an archive that cannot be deleted is logged and left. */
  static void deleteArchives(Training training) {
    for (ExampleArchive archive : training.archives()) {
      if (archive.content() != null) {
        continue;
      }
      Path path = new Path(archive.uri());
      try {
        path.getFileSystem().delete(path, false);
      } catch (IOException undeletable) {
        LOG.warn(
            "Training {}: cannot remove archive {}: {}",
            training.id(),
            archive.uri(),
            undeletable.toString());
      }
    }
  }
}
