package io.github.satchel.testkit.watson;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What goes wrong with one call. Where it says that a call acts, it does all that it should. */
public sealed interface Fault {
  /**
   * A status instead of the right answer.
   *
   * @param retryAfter the header of that name, seconds or an HTTP date; null for none
   * @param acts whether the call acts all the same, as behind a gateway that lost patience
   */
  record Status(int status, @Nullable String retryAfter, boolean acts) implements Fault {
    /** Without a Retry-After, of a call that does not act. */
    public Status(int status) {
      this(status, null, false);
    }
  }

  /** Status 200 with an {@code error} object. The call does not act. */
  record ErrorObject() implements Fault {}

  /** The connection closes before the body is read. The call does not act. */
  record Dropped() implements Fault {}

  /** A page with status 413 before the body is read, then the connection closes. */
  record EarlyPage() implements Fault {}

  /** The call acts, and the connection closes without an answer. */
  record LostAnswer() implements Fault {}

  /** The call acts and is never answered: the connection stays open. */
  record NoAnswer() implements Fault {}

  /** The call acts only after a while. It does so even if the client is gone by then. */
  record Delay(Duration duration) implements Fault {}

  /** The call acts at once and is answered after a while. */
  record SlowAnswer(Duration duration) implements Fault {}

  /** The body is read slowly. */
  record SlowRead(long bytesPerSecond) implements Fault {}

  /** The body is read up to about a byte, and on from there after a while. */
  record Stall(long afterBytes, Duration duration) implements Fault {}
}
