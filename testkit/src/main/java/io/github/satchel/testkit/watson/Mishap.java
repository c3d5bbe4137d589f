package io.github.satchel.testkit.watson;

import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** Lets a fault happen to a call, step by step. */
final class Mishap {
  static final Mishap NONE = new Mishap(null, new Pause(Duration.ZERO));

  private final @Nullable Fault fault;
  private final Pause pause;

  /**
   * @param fault null for a call that goes well
   */
  Mishap(@Nullable Fault fault, Pause pause) {
    this.fault = fault;
    this.pause = pause;
  }

  /** The first step. */
  void beforeBody() throws Refusal {
    if (fault instanceof Fault.EarlyPage) {
      throw new Refusal(Answer.TOO_LARGE);
    }
    if (fault instanceof Fault.Dropped) {
      throw new Refusal(Answer.gateway(503));
    }
  }

  /** The body as it is to be read. */
  Content.Source body(Content.Source body) {
    return fault instanceof Fault.SlowRead || fault instanceof Fault.Stall
        ? new SlowBody(body)
        : body;
  }

  /** The step between the body and what is done with it. */
  void beforeActing() throws Refusal, InterruptedException {
    pause.awaitLatency();
    if (fault instanceof Fault.Status status && !status.acts()) {
      throw new Refusal(answer(status));
    }
    if (fault instanceof Fault.ErrorObject) {
      throw new Refusal(Answer.ERROR_OBJECT);
    }
    if (fault instanceof Fault.Delay delay) {
      pause.await(delay.duration());
    }
  }

  /** Whether an answer is sent at all, and is the right one. */
  boolean tellsTheTruth() {
    return !dropsConnection() && !staysSilent() && !(fault instanceof Fault.Status s && s.acts());
  }

  /** The last step, which gives what is said instead of the truth. */
  Answer beforeAnswer(Answer truth) throws InterruptedException {
    if (fault instanceof Fault.SlowAnswer slow) {
      pause.await(slow.duration());
    }
    return fault instanceof Fault.Status status && status.acts() ? answer(status) : truth;
  }

  boolean dropsConnection() {
    return fault instanceof Fault.LostAnswer || fault instanceof Fault.Dropped;
  }

  boolean staysSilent() {
    return fault instanceof Fault.NoAnswer;
  }

  boolean leavesBodyUnread() {
    return fault instanceof Fault.EarlyPage;
  }

  private static Answer answer(Fault.Status status) {
    return Answer.gateway(status.status()).withRetryAfter(status.retryAfter());
  }

  private final class SlowBody implements Content.Source {
    private final Content.Source body;
    private long read;
    private boolean stalled;

    SlowBody(Content.Source body) {
      this.body = body;
    }

    @Override
    public Content.@Nullable Chunk read() {
      Content.Chunk chunk = body.read();
      if (chunk != null && chunk.hasRemaining()) {
        read += chunk.remaining();
        try {
          slow(chunk.remaining());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          chunk.release();
          return Content.Chunk.from(e);
        }
      }
      return chunk;
    }

    private void slow(int bytes) throws InterruptedException {
      if (fault instanceof Fault.SlowRead slow) {
        pause.await(Duration.ofNanos((long) (1e9 * bytes / slow.bytesPerSecond())));
      } else if (fault instanceof Fault.Stall stall && !stalled && read > stall.afterBytes()) {
        stalled = true;
        pause.await(stall.duration());
      }
    }

    @Override
    public void demand(Runnable demandCallback) {
      body.demand(demandCallback);
    }

    @Override
    public void fail(Throwable failure) {
      body.fail(failure);
    }
  }
}
