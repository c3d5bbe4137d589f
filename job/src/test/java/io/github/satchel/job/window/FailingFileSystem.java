package io.github.satchel.job.window;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** The local file system, as {@code failing:}, with deletions that fail as often as is said. */
final class FailingFileSystem extends LocalFileSystem {

  private static final String SCHEME = "failing";
  private static final AtomicInteger FAILURES = new AtomicInteger();

  /** Makes the next deletions fail, the first with an exception that is no {@link IOException}. */
  static void failDeletes(int times) {
    FAILURES.set(times);
  }

  static String uri(Path directory) {
    return SCHEME + "://" + directory;
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public boolean delete(org.apache.flink.core.fs.Path path, boolean recursive) throws IOException {
    int left = FAILURES.getAndUpdate(times -> Math.max(0, times - 1));
    if (left % 2 == 1) {
      throw new IllegalStateException("the client of the store has a bug");
    } else if (left > 0) {
      throw new IOException("the store is not there");
    }
    return super.delete(path, recursive);
  }

  /** Found by Flink. */
  public static final class Factory implements FileSystemFactory {

    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
      return new FailingFileSystem();
    }
  }
}
