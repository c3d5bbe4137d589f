package io.github.satchel.standalone;

import io.github.satchel.job.cache.Directories;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** The checkpoints of earlier runs, as Flink stores them: {@code <dir>/<job>/chk-<n>}. */
public final class Checkpoints {

  private Checkpoints() {}

  /** The newest completed checkpoint of any run. */
  public static Optional<String> latest(Path directory) throws IOException {
    @Nullable FileStatus newest = null;
    for (FileStatus job : Directories.list(directory)) {
      for (FileStatus checkpoint : Directories.list(job.getPath())) {
        if (!checkpoint.getPath().getName().startsWith("chk-")) {
          continue;
        }
        for (FileStatus file : Directories.list(checkpoint.getPath())) {
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
}
