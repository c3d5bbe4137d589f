package io.github.satchel.job.admit;

import io.github.satchel.connectors.training.http.HttpEndpointResolver;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ParsedRequest;
import io.github.satchel.contract.RequestParser;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.forget.Mention;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.Subject;
import java.time.Instant;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets valid requests pass, says whose they are, and tells the window of one that is cancelled and
 * the index of whom to forget. Other messages become a dead letter and, if their id can be read, an
 * event {@code rejected} that names every field at fault.
 */
public final class ValidateFunction extends ProcessFunction<RawRequest, TrainingRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(ValidateFunction.class);

  private final HttpEndpointResolver endpoints;
  private final OutputTag<Event> events;
  private final OutputTag<DeadLetter> deadLetters;
  private final OutputTag<RequestSignal> signals;
  private final OutputTag<Mention> mentions;
  private transient RequestParser parser;
  private transient Counter rejected;
  private transient Counter unread;

  /**
   * @param endpoints those that a request can name as its receiver
   * @param signals tells the windows of requests that are cancelled
   * @param mentions tells the index whose requests there are, and whom to forget
   */
  @SuppressWarnings("NullAway.Init") // the rest comes with open()
  public ValidateFunction(
      HttpEndpointResolver endpoints,
      OutputTag<Event> events,
      OutputTag<DeadLetter> deadLetters,
      OutputTag<RequestSignal> signals,
      OutputTag<Mention> mentions) {
    this.endpoints = endpoints;
    this.events = events;
    this.deadLetters = deadLetters;
    this.signals = signals;
    this.mentions = mentions;
  }

  @Override
  public void open(OpenContext context) {
    parser = new RequestParser(name -> endpoints.resolve(name).isPresent());
    rejected = JobMetric.REQUESTS_REJECTED.counter(getRuntimeContext().getMetricGroup());
    unread = JobMetric.REQUESTS_DEAD_LETTERS.counter(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(RawRequest raw, Context context, Collector<TrainingRequest> out) {
    ParsedRequest parsed = parser.parse(raw.value(), raw.timestamp());
    if (parsed instanceof ParsedRequest.Valid valid) {
      mention(valid.request(), context);
      out.collect(valid.request());
    } else if (parsed instanceof ParsedRequest.Cancel cancel) {
      LOG.info("Request {} is to be cancelled", cancel.requestId());
      context.output(signals, RequestSignal.cancelled(cancel.requestId()));
    } else if (parsed instanceof ParsedRequest.Forget forget) {
      Subject subject =
          forget.projectId() == null
              ? Subject.user(Objects.requireNonNull(forget.userId()))
              : Subject.project(forget.projectId());
      LOG.info("Forget {} is of a {}", forget.requestId(), subject.kind());
      context.output(mentions, new Mention(subject, forget.requestId(), true, raw.timestamp()));
    } else if (parsed instanceof ParsedRequest.Invalid invalid) {
      String reason = invalid.summary();
      LOG.info(
          "Request {} at {}-{}@{} becomes a dead letter: {}",
          invalid.requestId(),
          raw.topic(),
          raw.partition(),
          raw.offset(),
          reason);
      context.output(deadLetters, new DeadLetter(raw, reason));
      unread.inc();
      if (invalid.requestId() != null) {
        rejected.inc();
        context.output(
            events,
            Event.rejected(
                invalid.requestId(),
                invalid.projectId(),
                invalid.failures(),
                new Event.ErrorInfo(FailureCode.INVALID_REQUEST, reason),
                raw.timestamp()));
      }
    }
  }

  private void mention(TrainingRequest request, Context context) {
    Instant at = request.receivedAt();
    context.output(
        mentions,
        new Mention(Subject.project(request.projectId()), request.requestId(), false, at));
    if (request.userId() != null) {
      context.output(
          mentions, new Mention(Subject.user(request.userId()), request.requestId(), false, at));
    }
  }
}
