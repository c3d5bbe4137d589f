package io.github.satchel.job.window;

import io.github.satchel.contract.Archive;
import io.github.satchel.contract.Json;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedRequest;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of archives, on any Flink file system: {@code <dir>/<requestId>/<label>.zip}, or
 * {@code images.zip} with a folder for each label, and, beside them, how the request was decided.
 *
 * <p>Archives are written as a stream and are reproducible: entries stored, not deflated, in the
 * order given, all with the first time stamp that ZIP knows. The same pictures give the same bytes.
 */
final class ArchiveStore {

  private static final Logger LOG = LoggerFactory.getLogger(ArchiveStore.class);
  private static final LocalDateTime FIRST_ZIP_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  /**
   * The same time as an "extended time stamp" field. Java adds one to this very DOS time; left to
   * itself it would say which time zone the machine is in.
   */
  private static final byte[] FIRST_ZIP_TIME_UTC = {
    'U', 'T', 5, 0, 1, 0x00, (byte) 0xA6, (byte) 0xCE, 0x12
  };

  /** Size of an archive without entries: the end of the central directory (APPNOTE 4.3.16). */
  static final long EMPTY_ARCHIVE_BYTES = 22;

  /** Headers of an entry, local (APPNOTE 4.3.7) and central (4.3.12), without its name. */
  private static final long HEADER_BYTES = 30 + 46 + 2L * FIRST_ZIP_TIME_UTC.length;

  private static final String DECISION = PackedRequest.DECISION;

  /** In the directory of a request: how far its upload is. */
  public static final String JOURNAL = "/upload.json";

  private final Path root;

  /**
   * Reaches the store, which a client of S3 takes seconds for the first time.
   *
   * @throws IOException if it cannot be reached
   */
  ArchiveStore(String root) throws IOException {
    this.root = new Path(root);
    fileSystem().exists(path(DECISION)); // a bucket itself is no path to ask for
  }

  /** By how much an entry lengthens its archive. */
  static long entryBytes(String name, int content) {
    return HEADER_BYTES + 2L * name.getBytes(StandardCharsets.UTF_8).length + content;
  }

  /** Where the archives and journals of a request lie. */
  String directory(String requestId) {
    return path(requestId).toString();
  }

  /**
   * Starts an archive, in place of one that an earlier attempt may have left.
   *
   * @param label null if it is to have a folder for each label
   */
  ArchiveWriter create(String requestId, @Nullable String label) throws IOException {
    // As one text: of a child alone, what is before a colon would be taken for a scheme.
    Path path = new Path(path(requestId) + "/" + (label == null ? "images" : label) + ".zip");
    return new ArchiveWriter(label, path, fileSystem().create(path, WriteMode.OVERWRITE));
  }

  /**
   * Starts the archive of a label that is not written to the store but held in memory.
   *
   * @param bytes its size
   */
  ArchiveWriter inline(String requestId, String label, long bytes) {
    Path path = new Path(path(requestId) + "/" + label + ".zip");
    return new ArchiveWriter(label, path, new ByteArrayOutputStream(Math.toIntExact(bytes)));
  }

  /** Whether somebody began to upload the archives of a request. */
  boolean hasJournal(String requestId) throws IOException {
    return fileSystem().exists(new Path(directory(requestId) + JOURNAL));
  }

  /** How an earlier attempt at the request decided it; null if none did. */
  @Nullable Decision readDecision(String requestId) throws IOException {
    byte[] content;
    try (var in = fileSystem().open(new Path(path(requestId), DECISION))) {
      content = in.readAllBytes();
    } catch (FileNotFoundException e) {
      return null;
    }
    try {
      return Json.MAPPER.readValue(content, Decision.class);
    } catch (IOException e) {
      // Cut short by a crash. Nothing is said of a request before its decision is on disk whole, so
      // nobody has seen what this one would have been.
      LOG.warn("The stored decision on request {} is unreadable; deciding again", requestId);
      return null;
    }
  }

  /** Settles a request, before anybody is told. */
  void writeDecision(String requestId, Decision decision) throws IOException {
    byte[] content = Json.MAPPER.writeValueAsBytes(decision);
    try (OutputStream out =
        fileSystem().create(new Path(path(requestId), DECISION), WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }

  /** Removes everything of a request. */
  void delete(String requestId) throws IOException {
    fileSystem().delete(path(requestId), true);
  }

  /** Removes the journals of a request and leaves its archives. */
  void deleteDecision(String requestId) throws IOException {
    fileSystem().delete(new Path(path(requestId), DECISION), false);
  }

  private Path path(String requestId) {
    return new Path(root, requestId);
  }

  private FileSystem fileSystem() throws IOException {
    return FileSystem.get(root.toUri());
  }

  /** One archive in the making. */
  static final class ArchiveWriter implements AutoCloseable {

    private final @Nullable String label;
    private final Path path;
    private final OutputStream out;
    private final Counter counter;
    private final MessageDigest digest;
    private final ZipOutputStream zip;
    private int images;

    private ArchiveWriter(@Nullable String label, Path path, OutputStream out) {
      this.label = label;
      this.path = path;
      this.out = out;
      this.counter = new Counter(out);
      this.digest = sha256();
      this.zip = new ZipOutputStream(new DigestOutputStream(counter, digest));
      zip.setMethod(ZipOutputStream.STORED);
    }

    /**
     * Adds an image.
     *
     * @param folder with a slash at its end, or empty
     */
    void add(String folder, ArchiveEntry image) throws IOException {
      byte[] content = image.content();
      ZipEntry entry = new ZipEntry(folder + image.name());
      CRC32 crc = new CRC32();
      crc.update(content);
      entry.setSize(content.length);
      entry.setCrc(crc.getValue());
      entry.setTimeLocal(FIRST_ZIP_TIME);
      entry.setExtra(FIRST_ZIP_TIME_UTC);
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
      images++;
    }

    /** Ends the archive and says what became of it. */
    PackedArchive finish() throws IOException {
      zip.close();
      return new PackedArchive(
          new Archive(
              label,
              path.toString(),
              images,
              counter.bytes,
              HexFormat.of().formatHex(digest.digest())),
          out instanceof ByteArrayOutputStream memory ? memory.toByteArray() : null);
    }

    /** Without {@link #finish}, leaves what is visibly no archive: it has no directory. */
    @Override
    public void close() throws IOException {
      counter.close();
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }

  private static final class Counter extends FilterOutputStream {

    private long bytes;

    Counter(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      bytes++;
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
      out.write(b, off, len);
      bytes += len;
    }
  }
}
