package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.KeyedOperator;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.model.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests over a quota. After a failure a quota may decide otherwise, so such a request is told to
 * be rejected once a checkpoint that knows of it is complete. Other decisions lie in the store, but
 * hundreds of requests of one user must not cost the others hundreds of files.
 */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final String REFUSED = "refused";

  private final KeyedOperator<?> operator;
  private final Duration remember;
  private final long keepUntil;
  private final Consumer<Event> events;
  private final ValueState<Refused> refused;

  /**
   * @param remember how long a request is remembered
   * @param keepUntil processing time before which none is forgotten, in milliseconds
   * @param events takes outcomes
   */
  Refusals(KeyedOperator<?> operator, Duration remember, long keepUntil, Consumer<Event> events) {
    this.operator = operator;
    this.remember = remember;
    this.keepUntil = keepUntil;
    this.events = events;
    refused = operator.state(REFUSED, TypeInformation.of(Refused.class));
  }

  /** Goes on with what was not told at the last checkpoint. */
  void resume() throws IOException {
    for (String id : operator.keysWith(REFUSED)) {
      operator.setCurrentKey(id);
      if (!Objects.requireNonNull(find()).told()) {
        operator.awaitCheckpoint(id);
      }
    }
  }

  /** Null if the request is not over a quota. */
  @Nullable Refused find() throws IOException {
    return refused.value();
  }

  /**
   * @param forgotten whether nothing of it stays once its outcome is told
   */
  void add(String id, Refusal refusal, boolean forgotten) throws IOException {
    long now = operator.now();
    keep(
        new Refused(
            outcome(id, refusal, Instant.ofEpochMilli(now)),
            now + remember.toMillis(),
            false,
            forgotten));
    operator.awaitCheckpoint(id);
  }

  /** The request was sent again. */
  void repeat(String id, Refused known) {
    if (known.told()) {
      LOG.info("Request {} is a repetition; its outcome is sent again", id);
      events.accept(known.outcome());
    }
  }

  /** Nothing of the request stays once its outcome is told. */
  void withdraw(Refused known) throws IOException {
    if (known.told()) {
      drop(known);
    } else {
      refused.update(known.asForgotten());
    }
  }

  /** A checkpoint knows of the request, or there will be none. */
  void tell(String id) throws IOException {
    Refused known = Objects.requireNonNull(find());
    LOG.info("Request {} ends as {}", id, known.outcome().type());
    events.accept(known.outcome());
    if (known.forgotten()) {
      drop(known);
    } else {
      refused.update(known.asTold());
    }
  }

  /** The timer of such a request. */
  void onTimer(Refused known, long time) throws IOException {
    if (time != known.forgetAt()) {
      return;
    }
    if (!known.told()) {
      keep(known.until(operator.now() + remember.toMillis()));
    } else if (operator.now() < keepUntil) {
      keep(known.until(keepUntil));
    } else {
      refused.clear();
    }
  }

  private void keep(Refused known) throws IOException {
    refused.update(known);
    operator.setTimer(known.forgetAt());
  }

  private void drop(Refused known) {
    operator.deleteTimer(known.forgetAt());
    refused.clear();
  }

  private static Event outcome(String id, Refusal refusal, Instant now) {
    int wait = refusal.retryAfterSeconds();
    String message = "Too many trainings in a short time: try again in " + wait + " seconds";
    return Event.rejected(
        id,
        refusal.projectId(),
        List.of(Failure.ofField(FailureCode.TOO_MANY_REQUESTS, message, refusal.pointer())),
        new Event.ErrorInfo(FailureCode.TOO_MANY_REQUESTS, message, wait),
        now);
  }
}
