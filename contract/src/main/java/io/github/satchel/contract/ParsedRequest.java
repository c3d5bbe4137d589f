package io.github.satchel.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a message of the requests topic turned out to be. */
public sealed interface ParsedRequest {

  /** A request that can be served. */
  record Valid(TrainingRequest request) implements ParsedRequest {}

  /** A message that ends a request which is still open. */
  record Cancel(String requestId) implements ParsedRequest {}

  /**
   * A message that removes what is known of a project or of a user: one of the two.
   *
   * @param requestId by which it is answered
   */
  record Forget(String requestId, @Nullable String projectId, @Nullable String userId)
      implements ParsedRequest {}

  /**
   * A message that does not follow the contract.
   *
   * @param requestId null if none can be read, and then nobody can be told
   * @param failures every field at fault, at least one
   */
  record Invalid(@Nullable String requestId, @Nullable String projectId, List<Failure> failures)
      implements ParsedRequest {

    /** All failures in one sentence, the first in full. */
    public String summary() {
      Failure first = failures.get(0);
      String pointer = first.location() == null ? null : first.location().pointer();
      String more = failures.size() == 1 ? "" : " (and " + (failures.size() - 1) + " more)";
      String where = pointer == null || pointer.isEmpty() ? "the message" : pointer;
      return "Invalid request: " + where + ": " + first.message() + more;
    }
  }
}
