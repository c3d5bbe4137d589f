package io.github.satchel.job.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Provenance;
import io.github.satchel.job.model.Subject;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * A directory of resized pictures, one file each: a line of JSON, then the picture. Its name is a
 * digest of the picture's address and of what the output depends on. A stored picture, which a
 * pupil drew or photographed, is in a directory of its project and in there of its user, so that it
 * can be forgotten with them; what is on the web belongs to nobody here.
 *
 * <p>Nobody locks. The line holds the picture's digest, so a file that is cut short by a crash, or
 * read while somebody writes it, is no file. Whoever writes last has asked the origin last, give or
 * take the length of a download. All methods block.
 */
public final class ImageCache {

  /** Most bytes of a file; a resized picture is far smaller. */
  private static final int MAX_SIZE = 64 * 1024 * 1024;

  private static final String STORED = "stored";

  private final CacheSettings settings;
  private final Clock clock;
  private final Path directory;

  /** A cache. */
  public ImageCache(CacheSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.directory = new Path(settings.dir());
  }

  /** Under what the result of a task is kept: a path in the directory. */
  public String key(ImageTask task) {
    String digest =
        sha256(
            (task.location().address() + '\n' + task.format() + '\n' + settings.output())
                .getBytes(StandardCharsets.UTF_8));
    StoredImage stored = task.location().spec();
    return stored == null
        ? digest.substring(0, 2) + '/' + digest
        : String.join(
            "/",
            STORED,
            Subject.project(stored.projectid()).digest(),
            Subject.user(stored.userid()).digest(),
            digest);
  }

  /**
   * Deletes the stored pictures of a project or of a user.
   *
   * @return how many there were
   */
  public int forget(Subject subject) throws IOException {
    Path stored = new Path(directory, STORED);
    if (subject.kind() == Subject.Kind.PROJECT) {
      return Directories.delete(new Path(stored, subject.digest()), "");
    }
    int deleted = 0;
    for (FileStatus project : Directories.list(stored)) {
      deleted += Directories.delete(new Path(project.getPath(), subject.digest()), "");
    }
    return deleted;
  }

  /** The length of a file in bytes; 0 if there is none that could be read. */
  public long length(String key) throws IOException {
    try {
      long length = fileSystem().getFileStatus(path(key)).getLen();
      return length > MAX_SIZE ? 0 : length;
    } catch (FileNotFoundException e) {
      return 0;
    }
  }

  /**
   * Reads a picture.
   *
   * @return null if there is none, none that is whole, or none that is still to be used
   */
  public @Nullable CachedImage read(String key, int length) throws IOException {
    var file = new byte[length];
    try (FSDataInputStream in = fileSystem().open(path(key))) {
      IOUtils.readFully(in, file, 0, length);
    } catch (FileNotFoundException e) {
      return null;
    }
    CachedImage picture = parse(file);
    if (picture == null || !picture.provenance().key().equals(key)) {
      return null;
    }
    if (isCheckedWithin(settings.ttl(), picture)) {
      return picture;
    }
    fileSystem().delete(path(key), false);
    return null;
  }

  /** Whether a picture may be used without asking its origin. */
  public boolean isFresh(CachedImage picture) {
    return isCheckedWithin(settings.maxAge(), picture);
  }

  /** Keeps a picture, in place of what was there. */
  public void write(CachedImage picture) throws IOException {
    var header = new Header(picture.provenance(), picture.extension(), sha256(picture.content()));
    var file = new ByteArrayOutputStream();
    file.write(Json.MAPPER.writeValueAsBytes(header));
    file.write('\n');
    file.write(picture.content());
    try (OutputStream out =
        fileSystem().create(path(picture.provenance().key()), WriteMode.OVERWRITE)) {
      file.writeTo(out);
    }
  }

  private boolean isCheckedWithin(Duration age, CachedImage picture) {
    return picture.provenance().checkedAt().isAfter(clock.instant().minus(age));
  }

  private static @Nullable CachedImage parse(byte[] file) {
    int end = 0;
    while (end < file.length && file[end] != '\n') {
      end++;
    }
    if (end == file.length) {
      return null;
    }
    try {
      Header header = Json.MAPPER.readValue(file, 0, end, Header.class);
      byte[] content = Arrays.copyOfRange(file, end + 1, file.length);
      return sha256(content).equals(header.sha256)
          ? new CachedImage(header.provenance, header.extension, content)
          : null;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory", e);
    }
  }

  private Path path(String key) {
    return new Path(directory, key);
  }

  private FileSystem fileSystem() throws IOException {
    return directory.getFileSystem();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private record Header(Provenance provenance, String extension, String sha256) {}
}
