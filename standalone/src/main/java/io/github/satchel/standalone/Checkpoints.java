package io.github.satchel.standalone;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** The checkpoints of earlier runs, as Flink stores them: {@code <dir>/<job>/chk-<n>}. */
public final class Checkpoints {

  private Checkpoints() {}

  /** The newest completed checkpoint of any run. */
  public static Optional<String> latest(Path directory) throws IOException {
    FileSystem files = directory.getFileSystem();
    @Nullable FileStatus newest = null;
    for (FileStatus job : list(files, directory)) {
      for (FileStatus checkpoint : list(files, job.getPath())) {
        if (!checkpoint.getPath().getName().startsWith("chk-")) {
          continue;
        }
        for (FileStatus file : list(files, checkpoint.getPath())) {
          // Written last: it exists only if the checkpoint is complete.
          if (file.getPath().getName().equals("_metadata")
              && (newest == null || file.getModificationTime() > newest.getModificationTime())) {
            newest = file;
          }
        }
      }
    }
    return Optional.ofNullable(newest).map(file -> file.getPath().getParent().toString());
  }

  private static FileStatus[] list(FileSystem files, Path directory) throws IOException {
    try {
      FileStatus[] listed = files.listStatus(directory);
      return listed == null ? new FileStatus[0] : listed;
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }
}
