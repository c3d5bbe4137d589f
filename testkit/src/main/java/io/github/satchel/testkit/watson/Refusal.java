package io.github.satchel.testkit.watson;

/** Ends a call with an answer that says why. */
final class Refusal extends Exception {
  private final transient Answer answer;

  Refusal(Answer answer) {
    super(answer.body());
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }
}
