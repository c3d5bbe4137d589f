package io.github.satchel.job.cache;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;

/** Directories on a Flink file system, of which none need be there. All methods block. */
public final class Directories {

  private Directories() {}

  /** What is in a directory. */
  public static List<FileStatus> list(Path directory) throws IOException {
    try {
      FileStatus[] files = directory.getFileSystem().listStatus(directory);
      return files == null ? List.of() : List.of(files);
    } catch (FileNotFoundException absent) {
      return List.of();
    }
  }

  /**
   * Deletes a directory with all that is in it.
   *
   * @param suffix of the files to count
   * @return how many of these there were
   */
  public static int delete(Path directory, String suffix) throws IOException {
    int files = count(directory, suffix);
    directory.getFileSystem().delete(directory, true);
    return files;
  }

  private static int count(Path directory, String suffix) throws IOException {
    int files = 0;
    for (FileStatus each : list(directory)) {
      if (each.isDir()) {
        files += count(each.getPath(), suffix);
      } else if (each.getPath().getName().endsWith(suffix)) {
        files++;
      }
    }
    return files;
  }
}
