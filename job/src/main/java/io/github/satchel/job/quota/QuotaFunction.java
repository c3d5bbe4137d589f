package io.github.satchel.job.quota;

import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.Refusal;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.StateTtl;
import java.time.Duration;
import java.util.Iterator;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by class, or by user where a request names no class: lets a request pass that is within the
 * quotas of its user and of its class. Its window is told either way, and has it accepted or
 * rejected. A request counts when it was sent, not when it is read, so that a job that was down
 * refuses nobody who waited; only new requests come here, so that a repetition does not count.
 *
 * <p>Users are dropped by a timer once they have all of their quota again. A time to live would not
 * do: Flink's snapshots drop the values of a map by it and not its keys.
 *
 * <p>The second input tells of requests that have ended. One whose end is not told counts as open
 * up to its deadline.
 */
public final class QuotaFunction
    extends KeyedCoProcessFunction<String, AdmittedRequest, EndedRequest, AdmittedRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(QuotaFunction.class);

  /** An allowance is full again after it. */
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final QuotaSettings settings;
  private final Duration maxDeadline;
  private final OutputTag<RequestSignal> signals;

  private transient ValueState<Allowance> ofClass;
  private transient MapState<String, Usage> users;

  /** When users are dropped that have all of their quota again. */
  private transient ValueState<Long> round;

  private transient Counter accepted;
  private transient Counter refused;

  /**
   * @param maxDeadline of any request: for so long it can be open
   * @param signals tells the windows of requests that are served, or are not
   */
  @SuppressWarnings("NullAway.Init") // the state comes with open()
  public QuotaFunction(
      QuotaSettings settings, Duration maxDeadline, OutputTag<RequestSignal> signals) {
    this.settings = settings;
    this.maxDeadline = maxDeadline;
    this.signals = signals;
  }

  /** Whose state a request counts in: requests that name nobody have none. */
  public static String key(AdmittedRequest admitted) {
    TrainingRequest request = admitted.request();
    return key(request.classId(), request.userId(), request.requestId());
  }

  /** The same of a request that has ended. */
  public static String key(EndedRequest ended) {
    return key(ended.classId(), ended.userId(), ended.requestId());
  }

  private static String key(@Nullable String classId, @Nullable String userId, String requestId) {
    if (classId != null) {
      return "class " + classId;
    }
    return userId != null ? "user " + userId : "request " + requestId;
  }

  @Override
  public void open(OpenContext context) {
    var runtime = getRuntimeContext();
    var classDescriptor = new ValueStateDescriptor<>("class", TypeInformation.of(Allowance.class));
    classDescriptor.enableTimeToLive(StateTtl.of(maxDeadline.plus(MINUTE)));
    ofClass = runtime.getState(classDescriptor);
    users =
        runtime.getMapState(
            new MapStateDescriptor<>("usage", Types.STRING, TypeInformation.of(Usage.class)));
    round = runtime.getState(new ValueStateDescriptor<>("round", Types.LONG));
    accepted = JobMetric.REQUESTS_ACCEPTED.counter(runtime.getMetricGroup());
    refused = JobMetric.REQUESTS_REFUSED.counter(runtime.getMetricGroup());
  }

  @Override
  public void processElement1(
      AdmittedRequest admitted, Context context, Collector<AdmittedRequest> out) throws Exception {
    TrainingRequest request = admitted.request();
    long now = context.timerService().currentProcessingTime();
    Refusal refusal = count(admitted, now);
    if (round.value() == null && !users.isEmpty()) {
      startRound(now, context);
    }
    if (refusal == null) {
      accepted.inc();
      LOG.info("Request {} accepted: {} images", request.requestId(), request.images());
      context.output(signals, RequestSignal.admitted(admitted));
      out.collect(admitted);
    } else {
      refused.inc();
      LOG.info(
          "Request {} is refused: over a quota of its {}, another one in {} s",
          request.requestId(),
          refusal.pointer(),
          refusal.retryAfterSeconds());
      context.output(signals, RequestSignal.refused(request.requestId(), refusal));
    }
  }

  private void startRound(long now, Context context) throws Exception {
    long end = now + maxDeadline.plus(MINUTE).toMillis();
    round.update(end);
    context.timerService().registerProcessingTimeTimer(end);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<AdmittedRequest> out)
      throws Exception {
    round.clear();
    for (Iterator<Usage> usages = users.values().iterator(); usages.hasNext(); ) {
      if (usages.next().at(time, time, settings.user()).isNone(settings.user())) {
        usages.remove();
      }
    }
    if (users.isEmpty()) {
      users.clear(); // an empty map is state, too
    } else {
      startRound(time, context);
    }
  }

  @Override
  public void processElement2(EndedRequest ended, Context context, Collector<AdmittedRequest> out)
      throws Exception {
    Usage usage = users.get(ended.userId());
    if (usage != null) {
      users.put(ended.userId(), usage.without(ended.requestId()));
    }
  }

  /** Why a request is refused; null if it is not, and then it has been counted. */
  private @Nullable Refusal count(AdmittedRequest admitted, long now) throws Exception {
    TrainingRequest request = admitted.request();
    long sent = Math.min(request.receivedAt().toEpochMilli(), now);
    Usage usage = null;
    if (request.userId() != null && settings.limitsUsers()) {
      Usage known = users.get(request.userId());
      usage = known == null ? Usage.none(settings.user(), sent) : known;
      usage = usage.at(sent, now, settings.user());
      long wait = usage.wait(request.images(), settings, now);
      if (wait > 0) {
        return Refusal.after(request.projectId(), "/userId", wait);
      }
    }
    if (request.classId() != null && settings.ofClass().isSet()) {
      Allowance known = ofClass.value();
      Allowance left =
          known == null
              ? Allowance.full(settings.ofClass(), sent)
              : known.at(sent, settings.ofClass());
      long wait = left.wait(request.images(), settings.ofClass());
      if (wait > 0) {
        return Refusal.after(request.projectId(), "/classId", wait);
      }
      ofClass.update(left.minus(request.images()));
    }
    if (usage != null) {
      users.put(request.userId(), usage.plus(admitted));
    }
    return null;
  }
}
