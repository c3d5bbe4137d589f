package io.github.satchel.local.watson;

import java.time.Duration;

/** What happens to one create, once its body has arrived. */
public sealed interface Fault {
  /** Nothing is created; this status is the answer. */
  record Status(int status) implements Fault {}

  /** The classifier is created and the connection closed without an answer. */
  record LostAnswer() implements Fault {}

  /** The create goes its normal way, later. */
  record Delay(Duration duration) implements Fault {}
}
