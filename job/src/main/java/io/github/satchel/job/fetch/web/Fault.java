package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.model.Problem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt at a download failed.
 *
 * @param problem what the pupil is told if nothing better comes of it
 * @param retryAfter the pause that the host asked for
 */
record Fault(Problem problem, Kind kind, @Nullable Duration retryAfter) {

  /** What a fault says about another attempt, and about the host. */
  enum Kind {
    /** Another attempt would end the same. */
    FINAL,
    /** It can pass. */
    PASSING,
    /** The host kept silent: it can pass, but many of them mean that the host is dead. */
    SILENCE,
    /** As {@link #SILENCE}, but the time for another attempt was used up. */
    SLOWNESS,
    /** The host asks to be left alone for a while. */
    THROTTLED
  }

  static Fault lasting(Problem problem) {
    return new Fault(problem, Kind.FINAL, null);
  }

  static Fault passing(Problem problem) {
    return new Fault(problem, Kind.PASSING, null);
  }

  static Fault silence() {
    return new Fault(Problems.timeout(), Kind.SILENCE, null);
  }

  static Fault slowness() {
    return new Fault(Problems.timeout(), Kind.SLOWNESS, null);
  }

  static Fault throttled(Problem problem, @Nullable Duration retryAfter) {
    return new Fault(problem, Kind.THROTTLED, retryAfter);
  }
}
