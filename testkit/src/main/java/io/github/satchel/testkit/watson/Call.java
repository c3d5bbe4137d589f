package io.github.satchel.testkit.watson;

import io.github.satchel.trainer.api.CallKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that changed something or tried to, with a key that the service knows.
 *
 * @param number 1 for the first call, then counted up
 * @param keyName the name of the key
 * @param classifierId the classifier that was created, updated or deleted, or was meant; null for a
 *     create that failed
 * @param name of the classifier, or what a create asked for; null when the call did not get that
 *     far
 * @param at when it acted or was refused
 * @param status the HTTP status that says what it did, even if its answer was lost
 * @param answered whether that status was sent
 * @param examples the zips, empty when the call did not get that far
 */
public record Call(
    long number,
    CallKind kind,
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

  /** The same with its number. */
  Call numbered(long n) {
    return new Call(n, kind, keyName, classifierId, name, at, status, answered, examples);
  }
}
