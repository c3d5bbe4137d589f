package io.github.satchel.testkit.watson;

import io.github.satchel.trainer.api.Answer;
import io.github.satchel.trainer.api.CallKind;
import io.github.satchel.trainer.api.CallSteps;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.api.Refusal;
import io.github.satchel.trainer.api.TrainingData;
import io.github.satchel.trainer.api.ZippedExamples;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** Lets a fault happen to a call, step by step, and remembers what the call did. */
final class Mishap implements CallSteps {
  private final @Nullable Fault fault;
  private final Pause pause;
  private final History history;
  private final Clock clock;
  private final @Nullable Plan plan;

  /**
   * @param fault null for a call that goes well
   * @param plan whose classifiers the call is about, null for none
   */
  Mishap(@Nullable Fault fault, Pause pause, History history, Clock clock, @Nullable Plan plan) {
    this.fault = fault;
    this.pause = pause;
    this.history = history;
    this.clock = clock;
    this.plan = plan;
  }

  @Override
  public void changed(
      CallKind kind,
      Key key,
      @Nullable String id,
      @Nullable String name,
      @Nullable TrainingData data,
      Answer answer)
      throws IOException {
    List<Examples> examples = new ArrayList<>();
    if (data != null) {
      for (ZippedExamples zip : data.examples()) {
        examples.add(Examples.of(zip));
      }
    }
    boolean leaves = answer.meaning() == 200 && kind != CallKind.DELETE;
    history.add(
        new Call(
            0,
            kind,
            key.name(),
            id,
            name,
            clock.instant(),
            answer.meaning(),
            tellsTheTruth(),
            examples),
        leaves && id != null && plan != null ? plan.find(id) : null);
  }

  @Override
  public void beforeBody() throws Refusal {
    if (fault instanceof Fault.EarlyPage) {
      throw new Refusal(Answer.TOO_LARGE);
    }
    if (fault instanceof Fault.Dropped) {
      throw new Refusal(Answer.gateway(503));
    }
  }

  @Override
  public Content.Source body(Content.Source body) {
    return fault instanceof Fault.SlowRead || fault instanceof Fault.Stall
        ? new SlowBody(body)
        : body;
  }

  @Override
  public void beforeActing() throws Refusal, InterruptedException {
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

  @Override
  public Answer beforeAnswer(Answer truth) throws InterruptedException {
    if (fault instanceof Fault.SlowAnswer slow) {
      pause.await(slow.duration());
    }
    return fault instanceof Fault.Status status && status.acts() ? answer(status) : truth;
  }

  @Override
  public boolean dropsConnection() {
    return fault instanceof Fault.LostAnswer || fault instanceof Fault.Dropped;
  }

  @Override
  public boolean staysSilent() {
    return fault instanceof Fault.NoAnswer;
  }

  @Override
  public boolean leavesBodyUnread() {
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
