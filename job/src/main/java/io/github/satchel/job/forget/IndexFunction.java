package io.github.satchel.job.forget;

import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.StateTtl;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by subject: knows the requests of a project or a user, and tells the window of each that it
 * is to be forgotten. What that comes to is counted at the other end; only if there is no request,
 * this says so itself.
 *
 * <p>A timer of each subject drops what is old: with a time to live Flink's snapshots drop the
 * values of a map and not its keys, and those would stay for good after a restore.
 *
 * <p>Requests that were sent before a forget can be read after it, as they are in another
 * partition: those are forgotten as they come.
 */
public final class IndexFunction extends KeyedProcessFunction<String, Mention, Removal> {

  private static final Logger LOG = LoggerFactory.getLogger(IndexFunction.class);

  /** Public for the POJO serializer. */
  public record LastForget(Forget forget, Instant at) {}

  /** How often a subject's requests are looked through while they are remembered. */
  private static final int ROUNDS = 8;

  private final Duration remember;
  private final OutputTag<RequestSignal> signals;

  /** By request id, the processing time until which it is remembered, in milliseconds. */
  private transient MapState<String, Long> requests;

  /** When they are looked through. */
  private transient ValueState<Long> round;

  private transient ValueState<LastForget> last;

  /**
   * @param remember how long it is remembered whose a request was
   */
  @SuppressWarnings("NullAway.Init") // the state comes with open()
  public IndexFunction(Duration remember, OutputTag<RequestSignal> signals) {
    this.remember = remember;
    this.signals = signals;
  }

  @Override
  public void open(OpenContext context) {
    requests =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("until", Types.STRING, Types.LONG));
    round = getRuntimeContext().getState(new ValueStateDescriptor<>("round", Types.LONG));
    var forget = new ValueStateDescriptor<>("last", TypeInformation.of(LastForget.class));
    forget.enableTimeToLive(StateTtl.of(remember));
    last = getRuntimeContext().getState(forget);
  }

  @Override
  public void processElement(Mention mention, Context context, Collector<Removal> out)
      throws Exception {
    LastForget before = last.value();
    if (mention.forgets()) {
      forget(mention, context, out);
    } else if (before != null && !mention.at().isAfter(before.at())) {
      String id = mention.requestId();
      context.output(signals, RequestSignal.forgotten(id, before.forget().late(id)));
    } else {
      long now = context.timerService().currentProcessingTime();
      requests.put(mention.requestId(), now + remember.toMillis());
      if (round.value() == null) {
        startRound(now + remember.toMillis(), context);
      }
    }
  }

  private void startRound(long end, Context context) throws Exception {
    round.update(end);
    context.timerService().registerProcessingTimeTimer(end);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Removal> out) throws Exception {
    round.clear();
    long next = Long.MAX_VALUE;
    for (Iterator<Long> ends = requests.values().iterator(); ends.hasNext(); ) {
      long end = ends.next();
      if (end <= time) {
        ends.remove();
      } else {
        next = Math.min(next, end);
      }
    }
    if (next == Long.MAX_VALUE) {
      requests.clear(); // an empty map is state, too
    } else {
      // Not for each request: a project may have thousands.
      startRound(Math.max(next, time + remember.toMillis() / ROUNDS), context);
    }
  }

  private void forget(Mention mention, Context context, Collector<Removal> out) throws Exception {
    List<String> ids = new ArrayList<>();
    requests.keys().forEach(ids::add);
    Forget forget =
        new Forget(
            mention.requestId(),
            mention.subject(),
            ids.size(),
            "%s/%s/%d".formatted(mention.requestId(), mention.at(), ids.size()));
    LOG.info("Forget {}: {} requests", mention.requestId(), ids.size());
    for (String id : ids) {
      context.output(signals, RequestSignal.forgotten(id, forget));
    }
    if (ids.isEmpty()) {
      out.collect(new Removal(forget, null, false, null));
    }
    requests.clear();
    Long end = round.value();
    if (end != null) {
      round.clear();
      context.timerService().deleteProcessingTimeTimer(end);
    }
    last.update(new LastForget(forget, mention.at()));
  }
}
