package io.github.satchel.job.admit;

import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.model.StateTtl;
import io.github.satchel.job.quota.EndedRequest;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by request id: a new request goes on to be served. One seen before is not served again; its
 * window is told once more, which then says again how it ended.
 *
 * <p>The second input is what the job itself tells of a request. That it has ended is handed on to
 * its window, and to the quotas it counted in.
 */
public final class AdmitFunction
    extends KeyedCoProcessFunction<String, TrainingRequest, RequestStatus, AdmittedRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(AdmitFunction.class);

  private final Duration remember;
  private final Duration defaultDeadline;
  private final Duration maxDeadline;
  private final boolean tellsOfEnds;
  private final OutputTag<RequestSignal> signals;
  private final OutputTag<EndedRequest> ended;

  /**
   * Until when a request is remembered, processing time in milliseconds: its window remembers it
   * for as long or longer, also if the setting is changed meanwhile.
   */
  private transient ValueState<Long> seen;

  /** What is to be told when the request has ended. */
  private transient ValueState<EndedRequest> open;

  private transient Counter repeated;

  /**
   * @param remember how long an id is remembered
   * @param defaultDeadline of a request that names none
   * @param maxDeadline of any request
   * @param tellsOfEnds whether quotas want to know of requests that have ended
   */
  @SuppressWarnings("NullAway.Init") // the state comes with open()
  public AdmitFunction(
      Duration remember,
      Duration defaultDeadline,
      Duration maxDeadline,
      boolean tellsOfEnds,
      OutputTag<RequestSignal> signals,
      OutputTag<EndedRequest> ended) {
    this.remember = remember;
    this.defaultDeadline = defaultDeadline;
    this.maxDeadline = maxDeadline;
    this.tellsOfEnds = tellsOfEnds;
    this.signals = signals;
    this.ended = ended;
  }

  @Override
  public void open(OpenContext context) {
    var descriptor = new ValueStateDescriptor<>("seen", Types.LONG);
    descriptor.enableTimeToLive(StateTtl.of(remember));
    seen = getRuntimeContext().getState(descriptor);
    var ofOpen = new ValueStateDescriptor<>("open", TypeInformation.of(EndedRequest.class));
    ofOpen.enableTimeToLive(StateTtl.of(maxDeadline));
    open = getRuntimeContext().getState(ofOpen);
    repeated = JobMetric.REQUESTS_REPEATED.counter(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement1(
      TrainingRequest request, Context context, Collector<AdmittedRequest> out) throws Exception {
    Duration wanted =
        request.deadlineSeconds() == 0
            ? defaultDeadline
            : Duration.ofSeconds(request.deadlineSeconds());
    Instant deadline =
        Instant.ofEpochMilli(context.timerService().currentProcessingTime())
            .plus(wanted.compareTo(maxDeadline) < 0 ? wanted : maxDeadline);
    AdmittedRequest admitted = new AdmittedRequest(request, deadline);
    Long until = seen.value();
    if (until != null && context.timerService().currentProcessingTime() < until) {
      context.output(signals, RequestSignal.repeated(request.requestId()));
      LOG.info("Request {} is a repetition and is not served again", request.requestId());
      repeated.inc();
      return;
    }
    seen.update(context.timerService().currentProcessingTime() + remember.toMillis());
    if (tellsOfEnds && request.userId() != null) {
      open.update(new EndedRequest(request.requestId(), request.classId(), request.userId()));
    }
    out.collect(admitted);
  }

  @Override
  public void processElement2(RequestStatus status, Context context, Collector<AdmittedRequest> out)
      throws Exception {
    if (!status.ended()) {
      return;
    }
    context.output(signals, RequestSignal.ended(status.requestId()));
    EndedRequest request = open.value();
    if (request != null) {
      context.output(ended, request);
      open.clear();
    }
  }
}
