package io.github.satchel.testkit.watson;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One zip of a create.
 *
 * @param className the class, null for the negative examples
 * @param entries the names of the images in the zip, in its order
 * @param sha256 of the zip, in lower-case hex
 */
public record Examples(@Nullable String className, List<String> entries, String sha256) {
  public Examples {
    entries = List.copyOf(entries);
  }

  /** How many images the zip holds. */
  public int images() {
    return entries.size();
  }
}
