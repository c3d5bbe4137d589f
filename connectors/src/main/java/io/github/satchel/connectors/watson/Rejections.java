package io.github.satchel.connectors.watson;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The credentials that one training could not use, by reason. */
final class Rejections {

  private final Set<String> rejected = new LinkedHashSet<>();
  private final Set<String> full = new LinkedHashSet<>();
  private final Set<String> limited = new LinkedHashSet<>();

  /** Notes a failure that other credentials may not have. */
  void add(String credentials, Verdict verdict) {
    switch (verdict) {
      case PLAN_FULL -> full.add(credentials);
      case RATE_LIMITED, THROTTLED -> limited.add(credentials);
      case CREDENTIALS_REJECTED -> rejected.add(credentials);
      case TOO_LARGE, REFUSED, UNAVAILABLE, FAILED ->
          throw new IllegalArgumentException(verdict + " has nothing to do with credentials");
    }
  }

  /** Names of the credentials that were rejected, in the order met. */
  List<String> rejected() {
    return List.copyOf(rejected);
  }

  /** The error of a training that has no credentials left to try. */
  TrainingError error() {
    List<String> reasons = new ArrayList<>();
    addReason(reasons, "plan full", full);
    addReason(reasons, "rate limit reached", limited);
    addReason(reasons, "rejected or unknown", rejected);
    String all =
        "No credentials could be used: %s. "
            .formatted(reasons.isEmpty() ? "none are named" : String.join("; ", reasons));
    if (!full.isEmpty()) {
      return new TrainingError(
          TrainingError.CREDENTIALS_EXHAUSTED,
          all + "Delete a classifier that is no longer needed, or add credentials.");
    }
    if (!limited.isEmpty()) {
      return new TrainingError(
          TrainingError.RATE_LIMITED, all + "Train again later, or add credentials.");
    }
    return new TrainingError(
        TrainingError.CREDENTIALS_REJECTED, all + "Replace the keys, or name other credentials.");
  }

  private static void addReason(List<String> reasons, String reason, Set<String> credentials) {
    if (!credentials.isEmpty()) {
      reasons.add("%s (%s)".formatted(reason, String.join(", ", credentials)));
    }
  }
}
