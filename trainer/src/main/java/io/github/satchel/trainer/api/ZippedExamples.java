package io.github.satchel.trainer.api;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One zip of a create.
 *
 * @param className the class, null for the negative examples
 * @param entries the names of the images in the zip, in its order
 * @param zip the file, as long as the call lasts
 */
public record ZippedExamples(@Nullable String className, List<String> entries, Path zip) {
  public ZippedExamples {
    entries = List.copyOf(entries);
  }

  /** How many images the zip holds. */
  public int images() {
    return entries.size();
  }
}
