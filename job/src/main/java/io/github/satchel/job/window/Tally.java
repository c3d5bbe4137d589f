package io.github.satchel.job.window;

/**
 * What a window has seen so far; public for the POJO serializer.
 *
 * @param progressAt processing time of the last progress event, in milliseconds; 0 for none
 * @param progressTimer whether a timer stands for the next progress event
 */
public record Tally(int done, int failed, long progressAt, boolean progressTimer) {

  static final Tally EMPTY = new Tally(0, 0, 0, false);

  Tally plusDone() {
    return new Tally(done + 1, failed, progressAt, progressTimer);
  }

  Tally plusFailed() {
    return new Tally(done, failed + 1, progressAt, progressTimer);
  }

  Tally reported(long at) {
    return new Tally(done, failed, at, false);
  }

  Tally timed() {
    return new Tally(done, failed, progressAt, true);
  }
}
