package io.github.satchel.job.admit;

import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.RequestSignal;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by request id: the window of a new request is told, which announces it, and it goes on to
 * be served. One seen before is not served again; its window is told once more, which then says
 * again how it ended.
 */
public final class AdmitFunction
    extends KeyedProcessFunction<String, TrainingRequest, AdmittedRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(AdmitFunction.class);

  private final Duration remember;
  private final Duration defaultDeadline;
  private final Duration maxDeadline;
  private final OutputTag<RequestSignal> signals;

  /**
   * Until when a request is remembered, processing time in milliseconds: its window remembers it
   * for as long or longer, also if the setting is changed meanwhile.
   */
  private transient ValueState<Long> seen;

  private transient Counter accepted;
  private transient Counter repeated;

  /**
   * @param remember how long an id is remembered
   * @param defaultDeadline of a request that names none
   * @param maxDeadline of any request
   */
  @SuppressWarnings("NullAway.Init") // the state comes with open()
  public AdmitFunction(
      Duration remember,
      Duration defaultDeadline,
      Duration maxDeadline,
      OutputTag<RequestSignal> signals) {
    this.remember = remember;
    this.defaultDeadline = defaultDeadline;
    this.maxDeadline = maxDeadline;
    this.signals = signals;
  }

  @Override
  public void open(OpenContext context) {
    var descriptor = new ValueStateDescriptor<>("seen", Types.LONG);
    descriptor.enableTimeToLive(
        StateTtlConfig.newBuilder(remember)
            .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
            .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
            // Where little is written RocksDB compacts by itself once in 30 days.
            .cleanupInRocksdbCompactFilter(1_000, remember)
            .cleanupFullSnapshot()
            .build());
    seen = getRuntimeContext().getState(descriptor);
    accepted = JobMetric.REQUESTS_ACCEPTED.counter(getRuntimeContext().getMetricGroup());
    repeated = JobMetric.REQUESTS_REPEATED.counter(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(
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
    context.output(signals, RequestSignal.admitted(admitted));
    seen.update(context.timerService().currentProcessingTime() + remember.toMillis());
    accepted.inc();
    LOG.info("Request {} accepted: {} images", request.requestId(), request.images());
    out.collect(admitted);
  }
}
