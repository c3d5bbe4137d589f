package io.github.satchel.job.dispatch;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.RequestStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by project: takes requests apart into their images, and sends these in an order in which
 * requests finish one after another and none holds up the others.
 *
 * <p>Projects queue. The first one sends up to a quantum of images, then goes to the back of the
 * queue: round robin with a quantum (J. Nagle, "On Packet Switches with Infinite Storage", RFC 970,
 * 1985). Within a project requests go one after another.
 *
 * <p>What is sent can not be called back, and the stages after this one serve images in order of
 * arrival; so a request has a window of images on their way, as a TCP connection has, and leaves
 * the queue while its window is full. The second input acknowledges: it is what the job itself
 * tells of a request. An acknowledgement that does not come stops nothing: after a while a request
 * sends a batch without.
 *
 * <p>The queue is that of the processing-time timers, which is durable, ordered and as large as the
 * disk: a project's place is the time stamp of its timer, unlike those of all others in this
 * subtask. Each timer sends one batch and returns, so that checkpoints, new requests and
 * acknowledgements get in between; a turn goes on one millisecond later, and the places in the
 * queue are so far apart that it stays before the next one. While the stages behind take no more
 * (see {@link DispatchOperator}) everyone in the queue is put off by the same time. After a
 * rescaling two projects may have the same place, which does no harm.
 */
public final class DispatchFunction
    extends KeyedCoProcessFunction<String, AdmittedRequest, RequestStatus, ImageTask> {

  private static final Logger LOG = LoggerFactory.getLogger(DispatchFunction.class);

  /** Images sent at once, and read from state at once: with web addresses some kilobytes. */
  static final int BATCH = 20;

  /** Short beside the time that the stages behind need for what they have. */
  private static final long PAUSE_MS = 500;

  private final DispatchSettings settings;
  private final OutputTag<RequestSignal> signals;

  private transient MapState<String, Running> requests;
  private transient MapState<Batch, List<ImageTask>> images;
  private transient ValueState<Turn> turn;

  private transient BooleanSupplier canSend;

  /** The last place in the queue that was given away. */
  private transient long last;

  /** Until then nobody sends, since the stages behind took no more. */
  private transient long pausedUntil;

  /**
   * @param signals tells the windows of requests that are superseded
   */
  @SuppressWarnings("NullAway.Init") // the state comes with open()
  public DispatchFunction(DispatchSettings settings, OutputTag<RequestSignal> signals) {
    this.settings = settings;
    this.signals = signals;
  }

  /** Sends nothing while the stages behind take no more; to be called after it is opened. */
  void sendOnlyWhile(BooleanSupplier outputIsAvailable) {
    canSend = outputIsAvailable;
  }

  @Override
  public void open(OpenContext context) {
    canSend = () -> true;
    var runtime = getRuntimeContext();
    requests =
        runtime.getMapState(
            new MapStateDescriptor<>("requests", Types.STRING, TypeInformation.of(Running.class)));
    images =
        runtime.getMapState(
            new MapStateDescriptor<>(
                "images",
                TypeInformation.of(Batch.class),
                Types.LIST(TypeInformation.of(ImageTask.class))));
    turn = runtime.getState(new ValueStateDescriptor<>("turn", TypeInformation.of(Turn.class)));
  }

  @Override
  public void processElement1(AdmittedRequest admitted, Context context, Collector<ImageTask> out)
      throws Exception {
    TrainingRequest request = admitted.request();
    long order = 0;
    for (Map.Entry<String, Running> older : entries()) {
      if (settings.supersede()) {
        LOG.info("Request {} is superseded by {}", older.getKey(), request.requestId());
        context.output(signals, RequestSignal.superseded(older.getKey()));
        remove(older.getKey(), older.getValue(), context);
      } else {
        order = Math.max(order, older.getValue().order() + 1);
      }
    }
    int pictures = store(admitted);
    requests.put(
        request.requestId(),
        new Running(
            order, admitted.deadline(), request.images(), pictures, 0, 0, settings.inFlight()));
    context.timerService().registerProcessingTimeTimer(admitted.deadline().toEpochMilli());
    schedule(context);
  }

  @Override
  public void processElement2(RequestStatus status, Context context, Collector<ImageTask> out)
      throws Exception {
    Running running = requests.get(status.requestId());
    if (running == null) {
      return;
    }
    if (status.ended()) {
      if (!running.isSent()) {
        LOG.info(
            "Request {} has ended: {} of {} pictures are not fetched",
            status.requestId(),
            running.pictures() - running.sent(),
            running.pictures());
      }
      remove(status.requestId(), running, context);
      schedule(context);
    } else {
      int known = running.picturesOf(status.known());
      if (known > running.acknowledged()) {
        requests.put(status.requestId(), running.acknowledge(known, settings.inFlight()));
        schedule(context);
      }
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ImageTask> out)
      throws Exception {
    boolean expired = false;
    for (Map.Entry<String, Running> entry : entries()) {
      if (entry.getValue().deadline().toEpochMilli() <= timestamp) {
        remove(entry.getKey(), entry.getValue(), context);
        expired = true;
      }
    }
    if (expired) {
      schedule(context);
    }
    Turn current = turn.value();
    if (current != null && current.at() == timestamp) {
      if (isPaused(context)) {
        // So does everyone who is behind, and the order stays.
        queue(new Turn(placeFrom(pausedUntil), current.sent(), current.waiting()), context);
      } else {
        send(current, context, out);
      }
    }
  }

  private boolean isPaused(Context context) {
    long now = context.timerService().currentProcessingTime();
    if (now >= pausedUntil && !canSend.getAsBoolean()) {
      pausedUntil = now + PAUSE_MS;
    }
    return now < pausedUntil;
  }

  /** Stores what is to be sent: each picture once, however many images of the request it is. */
  private int store(AdmittedRequest admitted) throws Exception {
    TrainingRequest request = admitted.request();
    Map<String, ImageTask> pictures = new LinkedHashMap<>();
    int index = 0;
    for (Label label : request.labels()) {
      for (ImageLocation image : label.images()) {
        ImageTask first = pictures.get(image.address());
        if (first == null) {
          pictures.put(
              image.address(),
              new ImageTask(
                  request.requestId(),
                  index,
                  label.name(),
                  image,
                  request.format(),
                  admitted.deadline(),
                  new ArrayList<>()));
        } else {
          first.copies().add(new ImageTask.Copy(index, label.name(), image.id()));
        }
        index++;
      }
    }
    List<ImageTask> tasks = List.copyOf(pictures.values());
    for (int first = 0; first < tasks.size(); first += BATCH) {
      images.put(
          new Batch(request.requestId(), first),
          tasks.subList(first, Math.min(first + BATCH, tasks.size())));
    }
    return tasks.size();
  }

  private void send(Turn current, Context context, Collector<ImageTask> out) throws Exception {
    Map.Entry<String, Running> next = Objects.requireNonNull(next());
    Batch batch = new Batch(next.getKey(), next.getValue().sent());
    List<ImageTask> tasks = images.get(batch);
    tasks.forEach(out::collect);
    images.remove(batch);
    Running running = next.getValue().plusSent(tasks.size());
    requests.put(next.getKey(), running);

    int sent = current.sent() + tasks.size();
    if (sent < settings.quantum() && !running.isSent() && running.hasRoomFor(BATCH)) {
      queue(new Turn(current.at() + 1, sent, false), context);
    } else {
      turn.clear();
      schedule(context);
    }
  }

  /** Gives the project the place in the queue that it should have, if it has not got it. */
  private void schedule(Context context) throws Exception {
    Turn current = turn.value();
    Map.Entry<String, Running> next = next();
    if (next == null) {
      turn.clear();
    } else if (!next.getValue().hasRoomFor(BATCH)) {
      if (current == null) {
        long patient =
            context.timerService().currentProcessingTime() + settings.patience().toMillis();
        queue(new Turn(patient, 0, true), context);
      }
    } else if (current == null || current.waiting()) {
      long now = context.timerService().currentProcessingTime();
      queue(new Turn(placeFrom(now), 0, false), context);
    }
  }

  /** The place at the back of the queue: from the one before it as far as a turn has batches. */
  private long placeFrom(long time) {
    last = Math.max(time, last + settings.quantum() / BATCH + 1);
    return last;
  }

  /** A timer of a place that was given up stays, and is for nothing. */
  private void queue(Turn place, Context context) throws Exception {
    turn.update(place);
    context.timerService().registerProcessingTimeTimer(place.at());
  }

  /** The request whose images are sent next: the first that has any left; null if none has. */
  private Map.@Nullable Entry<String, Running> next() throws Exception {
    Map.Entry<String, Running> first = null;
    for (Map.Entry<String, Running> entry : entries()) {
      if (!entry.getValue().isSent()
          && (first == null || entry.getValue().order() < first.getValue().order())) {
        first = entry;
      }
    }
    return first;
  }

  /** A copy, so that the state can be changed meanwhile; seldom more than one. */
  private List<Map.Entry<String, Running>> entries() throws Exception {
    List<Map.Entry<String, Running>> entries = new ArrayList<>();
    for (Map.Entry<String, Running> entry : requests.entries()) {
      entries.add(Map.entry(entry.getKey(), entry.getValue()));
    }
    return entries;
  }

  private void remove(String requestId, Running running, Context context) throws Exception {
    requests.remove(requestId);
    deleteTimer(running.deadline().toEpochMilli(), context);
    for (int first = running.sent(); first < running.pictures(); first += BATCH) {
      images.remove(new Batch(requestId, first));
    }
  }

  /** A timer has the project's id, which is to go with its requests; unless others need it. */
  private void deleteTimer(long deadline, Context context) throws Exception {
    Turn current = turn.value();
    boolean needed = current != null && current.at() == deadline;
    for (Map.Entry<String, Running> other : entries()) {
      needed |= other.getValue().deadline().toEpochMilli() == deadline;
    }
    if (!needed) {
      context.timerService().deleteProcessingTimeTimer(deadline);
    }
  }
}
