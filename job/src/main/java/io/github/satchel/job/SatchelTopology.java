package io.github.satchel.job;

import io.github.satchel.connectors.training.HttpEndpointResolver;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.admit.AdmitFunction;
import io.github.satchel.job.admit.ValidateFunction;
import io.github.satchel.job.dispatch.DispatchFunction;
import io.github.satchel.job.dispatch.DispatchOperator;
import io.github.satchel.job.dispatch.DispatchSettings;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.window.ArchiveSettings;
import io.github.satchel.job.window.RequestWindow;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;
import org.apache.flink.util.OutputTag;

/**
 * What flows where. Everything that touches the outside world is an argument.
 *
 * <pre>
 *  training-requests
 *        |
 *    validate ── broken ──> dead letters, rejected
 *        | by request
 *     admit ── accepted ──────────+
 *        | by project             |
 *     dispatch ── superseded ─────+    <── by project, training-results
 *        | an image each          |
 *     fetch                       |
 *        |                        |
 *     resize                      |
 *        | by request             | by request
 *     request window <────────────+
 *        |── progress, failed, stored ──> training-results
 *     trainer ── uploading, uploaded, failed, ready, training-failed, training-unknown
 * </pre>
 *
 * <p>What the job tells is read back, as Flink has no way upstream: dispatch learns from it how far
 * requests are.
 *
 * <p>Each stage is a vertex of its own, so that the dashboard shows where a burst waits and each
 * can be scaled by itself. The uids are part of every savepoint: a changed one loses state.
 */
final class SatchelTopology {

  private static final OutputTag<Event> EVENTS =
      new OutputTag<>("events", TypeInformation.of(Event.class));
  private static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));
  private static final OutputTag<RequestSignal> SIGNALS =
      new OutputTag<>("signals", TypeInformation.of(RequestSignal.class));

  private final Configuration options;
  private final Source<RawRequest, ?, ?> requests;
  private final Source<RequestStatus, ?, ?> statuses;
  private final AsyncFunction<ImageTask, FetchedImage> fetch;
  private final MapFunction<FetchedImage, ResizedImage> resize;
  private final HttpEndpointResolver endpoints;
  private final Sink<PackedRequest> trainer;
  private final Sink<PackedRequest> httpTrainer;
  private final Sink<Event> events;
  private final Sink<DeadLetter> deadLetters;

  /**
   * @param options settings as {@link SatchelConfiguration} checked them
   * @param statuses what the sinks of events and outcomes were told
   * @param endpoints those that {@code httpTrainer} knows
   * @param trainer takes the archives that go to Watson, and tells their outcome by itself
   * @param httpTrainer the same for those that go to an endpoint
   */
  SatchelTopology(
      Configuration options,
      Source<RawRequest, ?, ?> requests,
      Source<RequestStatus, ?, ?> statuses,
      AsyncFunction<ImageTask, FetchedImage> fetch,
      MapFunction<FetchedImage, ResizedImage> resize,
      HttpEndpointResolver endpoints,
      Sink<PackedRequest> trainer,
      Sink<PackedRequest> httpTrainer,
      Sink<Event> events,
      Sink<DeadLetter> deadLetters) {
    this.options = options;
    this.requests = requests;
    this.statuses = statuses;
    this.fetch = fetch;
    this.resize = resize;
    this.endpoints = endpoints;
    this.trainer = trainer;
    this.httpTrainer = httpTrainer;
    this.events = events;
    this.deadLetters = deadLetters;
  }

  void build(StreamExecutionEnvironment environment) {
    environment.configure(new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
    SingleOutputStreamOperator<TrainingRequest> valid = validate(read(environment));
    SingleOutputStreamOperator<AdmittedRequest> admitted = admit(valid);
    SingleOutputStreamOperator<ImageTask> images = dispatch(admitted, readStatuses(environment));
    SingleOutputStreamOperator<PackedRequest> packed =
        window(
            admitted.getSideOutput(SIGNALS).union(images.getSideOutput(SIGNALS)),
            resize(fetch(images)));
    train(packed);
    tell(valid.getSideOutput(EVENTS).union(packed.getSideOutput(EVENTS)));
    setAside(valid.getSideOutput(DEAD_LETTERS));
  }

  private DataStream<RawRequest> read(StreamExecutionEnvironment environment) {
    return environment
        .fromSource(
            requests,
            WatermarkStrategy.noWatermarks(),
            "training requests",
            TypeInformation.of(RawRequest.class))
        .uid("requests");
  }

  private DataStream<RequestStatus> readStatuses(StreamExecutionEnvironment environment) {
    return environment
        .fromSource(
            statuses,
            WatermarkStrategy.noWatermarks(),
            "training results",
            TypeInformation.of(RequestStatus.class))
        .uid("statuses");
  }

  private SingleOutputStreamOperator<TrainingRequest> validate(DataStream<RawRequest> raw) {
    return raw.process(new ValidateFunction(endpoints, EVENTS, DEAD_LETTERS))
        .returns(TrainingRequest.class)
        .name("validate")
        .uid("validate")
        .disableChaining();
  }

  private SingleOutputStreamOperator<AdmittedRequest> admit(DataStream<TrainingRequest> valid) {
    return valid
        .keyBy(TrainingRequest::requestId)
        .process(
            new AdmitFunction(
                options.get(SatchelOptions.ADMIT_REMEMBER),
                options.get(SatchelOptions.REQUEST_DEADLINE),
                options.get(SatchelOptions.REQUEST_MAX_DEADLINE),
                SIGNALS))
        .returns(AdmittedRequest.class)
        .name("admit")
        .uid("admit")
        .disableChaining();
  }

  private SingleOutputStreamOperator<ImageTask> dispatch(
      DataStream<AdmittedRequest> admitted, DataStream<RequestStatus> statuses) {
    return admitted
        .keyBy(request -> request.request().projectId())
        .connect(statuses.keyBy(RequestStatus::projectId))
        .transform(
            "dispatch",
            TypeInformation.of(ImageTask.class),
            new DispatchOperator(new DispatchFunction(DispatchSettings.from(options), SIGNALS)))
        .uid("dispatch")
        .disableChaining();
  }

  /**
   * The operator's time-out covers waiting in its queue and every attempt: it is no limit of a
   * download but the last moment at which anybody could still want the image.
   */
  private SingleOutputStreamOperator<FetchedImage> fetch(DataStream<ImageTask> images) {
    return AsyncDataStream.unorderedWait(
            images.rebalance(),
            fetch,
            options.get(SatchelOptions.REQUEST_MAX_DEADLINE).toMillis(),
            TimeUnit.MILLISECONDS,
            options.get(SatchelOptions.FETCH_CONCURRENCY))
        .returns(FetchedImage.class)
        .name("fetch")
        .uid("fetch")
        .disableChaining();
  }

  private SingleOutputStreamOperator<ResizedImage> resize(DataStream<FetchedImage> images) {
    return images
        .map(resize)
        .returns(ResizedImage.class)
        .name("resize")
        .uid("resize")
        .disableChaining();
  }

  private SingleOutputStreamOperator<PackedRequest> window(
      DataStream<RequestSignal> signals, DataStream<ResizedImage> images) {
    return signals
        .keyBy(RequestSignal::requestId)
        .connect(images.keyBy(ResizedImage::requestId))
        .transform(
            "request window",
            TypeInformation.of(PackedRequest.class),
            new RequestWindow(
                ArchiveSettings.from(options),
                options.get(SatchelOptions.ADMIT_REMEMBER),
                options.get(SatchelOptions.PROGRESS_INTERVAL),
                EVENTS))
        .uid("window")
        .disableChaining();
  }

  /** Each sink leaves the requests of the other alone. */
  private void train(DataStream<PackedRequest> packed) {
    packed.sinkTo(trainer).name("trainer").uid("trainer").disableChaining();
    packed.sinkTo(httpTrainer).name("http trainer").uid("http-trainer").disableChaining();
  }

  /** Keyed, so that one subtask writes what is said of a request. */
  private void tell(DataStream<Event> told) {
    told.keyBy(Event::requestId).sinkTo(events).name("events").uid("events");
  }

  private void setAside(DataStream<DeadLetter> letters) {
    letters.sinkTo(deadLetters).name("dead letters").uid("dead-letters");
  }
}
