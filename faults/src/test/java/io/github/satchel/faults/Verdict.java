package io.github.satchel.faults;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a checker makes of a history.
 *
 * @param messages how many were judged
 * @param outcomes how many requests ended in which, and with which code of an error
 * @param deadLetters how many messages were set aside
 * @param violations what must not be
 * @param setbacks how many requests were told something older after something newer, which the
 *     contract allows after a crash
 * @param repeats how many outcomes were delivered more than once
 */
record Verdict(
    int messages,
    Map<String, Integer> outcomes,
    int deadLetters,
    List<Violation> violations,
    int setbacks,
    int repeats) {

  private static final int SHOWN = 20;

  /** A rule that does not hold, of which request, file or vertex, and how. */
  record Violation(Rule rule, String about, String what) {
    @Override
    public String toString() {
      return "%s %s: %s".formatted(rule, about, what);
    }
  }

  boolean holds() {
    return violations.isEmpty();
  }

  @Override
  public String toString() {
    String all =
        violations.stream()
            .limit(SHOWN)
            .map(violation -> "\n  " + violation)
            .collect(Collectors.joining());
    String byRule =
        violations.stream()
            .collect(Collectors.groupingBy(Violation::rule, Collectors.counting()))
            .toString();
    return "%s: %d messages, outcomes %s, %d dead letters, %d setbacks, %d outcomes repeated%s"
        .formatted(
            holds() ? "HOLDS" : "VIOLATED " + byRule,
            messages,
            outcomes,
            deadLetters,
            setbacks,
            repeats,
            all);
  }
}
