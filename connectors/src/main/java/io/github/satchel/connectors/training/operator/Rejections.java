package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent.RejectedCredentials;
import io.github.satchel.connectors.training.transport.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The credentials that one training could not use, each with the last reason. */
public final class Rejections {

  private final Map<String, Verdict> verdicts = new LinkedHashMap<>();

  /** Of those that could not even be tried. */
  private final Map<String, String> reasons = new LinkedHashMap<>();

  /** Notes a failure that other credentials may not have. */
  public void add(String credentials, Verdict verdict) {
    if (!verdict.isParticularToCredentials()) {
      throw new IllegalArgumentException(verdict + " has nothing to do with credentials");
    }
    verdicts.put(credentials, verdict);
    reasons.remove(credentials);
  }

  /**
   * Notes that there are no credentials to try.
   *
   * @param reason for people, without secrets
   */
  public void addUnusable(String credentials, String reason) {
    verdicts.put(credentials, Verdict.CREDENTIALS_REJECTED);
    reasons.put(credentials, reason);
  }

  /** Takes back what was noted of credentials, as they are of use after all. */
  public void forget(String credentials) {
    verdicts.remove(credentials);
    reasons.remove(credentials);
  }

  /** Notes what an earlier attempt met. */
  public void add(RejectedCredentials rejected) {
    if (rejected.reason() == null) {
      add(rejected.name(), Verdict.CREDENTIALS_REJECTED);
    } else {
      addUnusable(rejected.name(), rejected.reason());
    }
  }

  /** The credentials that were rejected, in the order met. */
  List<RejectedCredentials> rejected() {
    return names(Verdict.CREDENTIALS_REJECTED).stream()
        .map(name -> new RejectedCredentials(name, reasons.get(name)))
        .toList();
  }

  /** Whether the last that was heard of credentials is that their plan is full. */
  public boolean isFull(String credentials) {
    return verdicts.get(credentials) == Verdict.PLAN_FULL;
  }

  /** The error of a training that has no credentials left to try. */
  TrainingError error() {
    List<String> full = names(Verdict.PLAN_FULL);
    List<String> limited = names(Verdict.RATE_LIMITED, Verdict.THROTTLED);
    List<String> rejected = names(Verdict.CREDENTIALS_REJECTED);
    List<String> absent = names(Verdict.NO_SERVICE);
    List<String> parts = new ArrayList<>();
    addPart(parts, "plan full", full);
    addPart(parts, "rate limit reached", limited);
    addPart(
        parts,
        "rejected or unknown",
        rejected.stream()
            .map(name -> reasons.containsKey(name) ? name + ": " + reasons.get(name) : name)
            .toList());
    addPart(parts, "no service at their url", absent);
    String all =
        "No credentials could be used: %s. "
            .formatted(parts.isEmpty() ? "none are named" : String.join("; ", parts));
    if (!full.isEmpty()) {
      return new TrainingError(
          TrainingError.CREDENTIALS_EXHAUSTED,
          all + "Delete a classifier that is no longer needed, or add credentials.");
    }
    if (!limited.isEmpty()) {
      return new TrainingError(
          TrainingError.RATE_LIMITED, all + "Train again later, or add credentials.");
    }
    if (!absent.isEmpty()) {
      return new TrainingError(
          TrainingError.UPLOAD_FAILED, all + "Train again later, or check the url.");
    }
    return new TrainingError(
        TrainingError.CREDENTIALS_REJECTED, all + "Replace the keys, or name other credentials.");
  }

  private List<String> names(Verdict... wanted) {
    return verdicts.entrySet().stream()
        .filter(entry -> Stream.of(wanted).anyMatch(verdict -> verdict == entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void addPart(List<String> parts, String reason, List<String> credentials) {
    if (!credentials.isEmpty()) {
      parts.add("%s (%s)".formatted(reason, String.join(", ", credentials)));
    }
  }
}
