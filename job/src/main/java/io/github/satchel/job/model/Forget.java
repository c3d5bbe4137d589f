package io.github.satchel.job.model;

/**
 * A forget on its way through the stages that have something of a request.
 *
 * @param requestId by which it is answered
 * @param requests how many requests are told of in one answer
 * @param tally tells answers apart
 */
public record Forget(String requestId, Subject subject, int requests, String tally) {

  /** The same for a request that came too late for the answer, and gets one of its own. */
  public Forget late(String late) {
    return new Forget(requestId, subject, 1, tally + "/" + late);
  }
}
