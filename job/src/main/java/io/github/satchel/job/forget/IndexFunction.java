package io.github.satchel.job.forget;

import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.StateTtl;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
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
 * <p>Requests that were sent before a forget can be read after it, as they are in another
 * partition: those are forgotten as they come.
 */
public final class IndexFunction extends KeyedProcessFunction<String, Mention, Removal> {

  private static final Logger LOG = LoggerFactory.getLogger(IndexFunction.class);

  /** Public for the POJO serializer. */
  public record LastForget(Forget forget, Instant at) {}

  private final Duration remember;
  private final OutputTag<RequestSignal> signals;

  /** Request ids; the values say nothing. */
  private transient MapState<String, Boolean> requests;

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
    StateTtlConfig limit = StateTtl.of(remember);
    var ids = new MapStateDescriptor<>("requests", Types.STRING, Types.BOOLEAN);
    ids.enableTimeToLive(limit);
    requests = getRuntimeContext().getMapState(ids);
    var forget = new ValueStateDescriptor<>("last", TypeInformation.of(LastForget.class));
    forget.enableTimeToLive(limit);
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
      requests.put(mention.requestId(), true);
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
    last.update(new LastForget(forget, mention.at()));
  }
}
