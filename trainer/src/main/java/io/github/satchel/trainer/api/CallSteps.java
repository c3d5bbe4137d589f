package io.github.satchel.trainer.api;

import java.io.IOException;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** What happens between the steps of a call; an emulator lets faults happen there. */
public interface CallSteps {
  /** Calls that just happen. */
  CallSteps NONE = new CallSteps() {};

  /** The first step, when the caller is known. */
  default void beforeBody() throws Refusal {}

  /** The body as it is to be read. */
  default Content.Source body(Content.Source body) {
    return body;
  }

  /** The step between the body and what is done with it. */
  default void beforeActing() throws Refusal, InterruptedException {}

  /**
   * A create, update or delete is over, whatever came of it.
   *
   * @param id of the classifier, null for a create that failed
   * @param name of the classifier; null when the call did not get that far
   * @param data what was received, null when the call did not get that far
   */
  default void changed(
      CallKind kind,
      Key key,
      @Nullable String id,
      @Nullable String name,
      @Nullable TrainingData data,
      Answer answer)
      throws IOException {}

  /** The last step, which gives what is said instead of the truth. */
  default Answer beforeAnswer(Answer truth) throws InterruptedException {
    return truth;
  }

  /** Whether the connection is closed instead of an answer. */
  default boolean dropsConnection() {
    return false;
  }

  /** Whether there is no answer. */
  default boolean staysSilent() {
    return false;
  }

  /** Whether what the client still sends is not read. */
  default boolean leavesBodyUnread() {
    return false;
  }
}
