package io.github.satchel.trainer.api;

/** Ends a call with an answer that says why. */
public final class Refusal extends Exception {
  private final transient Answer answer;

  /** Ends it so. */
  public Refusal(Answer answer) {
    super(answer.body());
    this.answer = answer;
  }

  /** What the caller is told. */
  public Answer answer() {
    return answer;
  }
}
