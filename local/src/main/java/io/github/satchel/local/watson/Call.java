package io.github.satchel.local.watson;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that changed something or tried to, with a key that the service knows.
 *
 * @param keyName the name of the key
 * @param classifierId the classifier that was created, updated or deleted, or was meant; null for a
 *     create that failed
 * @param name the name a create asked for, null when the call did not get that far
 * @param at when it was answered
 * @param status the HTTP status, even if its answer was lost
 * @param answered whether the answer was sent
 * @param examples the zips, empty when the call did not get that far
 */
public record Call(
    Kind kind,
    String keyName,
    @Nullable String classifierId,
    @Nullable String name,
    Instant at,
    int status,
    boolean answered,
    List<Examples> examples) {
  public Call {
    examples = List.copyOf(examples);
  }

  /** What was asked for. */
  public enum Kind {
    CREATE,
    UPDATE,
    DELETE
  }
}
