package io.github.satchel.job;

import io.github.satchel.connectors.training.http.HttpEndpointResolver;
import io.github.satchel.connectors.training.operator.TrainingOperator;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.admit.AdmitFunction;
import io.github.satchel.job.admit.ValidateFunction;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.dispatch.DispatchFunction;
import io.github.satchel.job.dispatch.DispatchOperator;
import io.github.satchel.job.dispatch.DispatchSettings;
import io.github.satchel.job.fetch.FetchRoute;
import io.github.satchel.job.forget.ForgetOperator;
import io.github.satchel.job.forget.IndexFunction;
import io.github.satchel.job.forget.Mention;
import io.github.satchel.job.forget.Removal;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.quota.EndedRequest;
import io.github.satchel.job.quota.QuotaFunction;
import io.github.satchel.job.quota.QuotaSettings;
import io.github.satchel.job.trainer.Trainers;
import io.github.satchel.job.window.ArchiveSettings;
import io.github.satchel.job.window.RequestWindow;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/**
 * What flows where, as a function of the settings and the {@link Ends}. Every edge names how
 * records are partitioned: one that does not is forward, and after a rescaling leaves subtasks
 * idle.
 *
 * <pre>
 *  training-requests
 *        |
 *    validate ── broken ──> dead letters, rejected
 *        |     ── cancelled ──────+
 *        |     ── by subject ──> index ── forgotten ──> request window
 *        | by request
 *     admit ── repeated, ended ───+    <── by request, training-results
 *        | by class or user       |
 *     quota ── accepted, refused ─+
 *        | by project             |
 *     dispatch ── superseded ─────+    <── by project, training-results
 *        | an image each          |
 *     fetch                       |
 *        |                        |
 *     resize                      |
 *        | by request             | by request
 *     request window <────────────+
 *        |── accepted, rejected, progress, failed, stored ────+
 *        | by request                                        | by request
 *     trainer, http trainer ── uploading, uploaded, … ──> events
 *        | by forget
 *     forget ── forgotten ──> events
 * </pre>
 *
 * <p>What the job writes is read back, as Flink has no way upstream: dispatch learns from it how
 * far requests are, and quota and the windows which have ended.
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
  private static final OutputTag<EndedRequest> ENDED =
      new OutputTag<>("ended", TypeInformation.of(EndedRequest.class));

  private static final OutputTag<Mention> MENTIONS =
      new OutputTag<>("mentions", TypeInformation.of(Mention.class));
  private static final OutputTag<Removal> REMOVALS =
      new OutputTag<>("removals", TypeInformation.of(Removal.class));

  private static final OutputTag<PackedRequest> HTTP =
      new OutputTag<>("http", TypeInformation.of(PackedRequest.class));

  private final Configuration options;
  private final Ends ends;
  private final HttpEndpointResolver endpoints;

  /**
   * @param options settings as {@link SatchelConfiguration} checked them
   */
  SatchelTopology(Configuration options, Ends ends) {
    this.options = options;
    this.ends = ends;
    this.endpoints = Trainers.endpoints(options);
  }

  void build(StreamExecutionEnvironment environment) {
    environment.configure(new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
    SingleOutputStreamOperator<TrainingRequest> valid = validate(read(environment));
    DataStream<RequestStatus> statuses = readStatuses(environment);
    SingleOutputStreamOperator<AdmittedRequest> admitted = admit(valid, statuses);
    SingleOutputStreamOperator<AdmittedRequest> allowed = limit(admitted);
    SingleOutputStreamOperator<Removal> indexed = index(valid.getSideOutput(MENTIONS));
    SingleOutputStreamOperator<ImageTask> images = dispatch(allowed, statuses);
    SingleOutputStreamOperator<PackedRequest> packed =
        window(
            valid
                .getSideOutput(SIGNALS)
                .union(
                    admitted.getSideOutput(SIGNALS),
                    allowed.getSideOutput(SIGNALS),
                    indexed.getSideOutput(SIGNALS),
                    images.getSideOutput(SIGNALS)),
            resize(fetch(images)));
    SingleOutputStreamOperator<Event> trained =
        train(packed, Trainers.watson(options, REMOVALS), "trainer");
    SingleOutputStreamOperator<Event> posted =
        train(
            packed.getSideOutput(HTTP),
            Trainers.http(options, endpoints, REMOVALS),
            "http trainer");
    emit(
        valid
            .getSideOutput(EVENTS)
            .union(
                packed.getSideOutput(EVENTS),
                trained,
                posted,
                forget(
                    indexed.union(
                        trained.getSideOutput(REMOVALS), posted.getSideOutput(REMOVALS)))));
    deadLetter(valid.getSideOutput(DEAD_LETTERS));
  }

  private DataStream<RawRequest> read(StreamExecutionEnvironment environment) {
    return environment
        .fromSource(
            ends.requests(),
            WatermarkStrategy.noWatermarks(),
            "training requests",
            TypeInformation.of(RawRequest.class))
        .uid("requests");
  }

  private DataStream<RequestStatus> readStatuses(StreamExecutionEnvironment environment) {
    return environment
        .fromSource(
            ends.statuses(),
            WatermarkStrategy.noWatermarks(),
            "training results",
            TypeInformation.of(RequestStatus.class))
        .uid("statuses");
  }

  private SingleOutputStreamOperator<TrainingRequest> validate(DataStream<RawRequest> raw) {
    return raw.rebalance()
        .process(new ValidateFunction(endpoints, EVENTS, DEAD_LETTERS, SIGNALS, MENTIONS))
        .returns(TrainingRequest.class)
        .name("validate")
        .uid("validate")
        .disableChaining();
  }

  private SingleOutputStreamOperator<AdmittedRequest> admit(
      DataStream<TrainingRequest> valid, DataStream<RequestStatus> statuses) {
    return valid
        .keyBy(TrainingRequest::requestId)
        .connect(statuses.keyBy(RequestStatus::requestId))
        .process(
            new AdmitFunction(
                options.get(SatchelOptions.ADMIT_REMEMBER),
                options.get(SatchelOptions.REQUEST_DEADLINE),
                options.get(SatchelOptions.REQUEST_MAX_DEADLINE),
                QuotaSettings.from(options).limitsOpen(),
                SIGNALS,
                ENDED))
        .returns(AdmittedRequest.class)
        .name("admit")
        .uid("admit")
        .disableChaining();
  }

  private SingleOutputStreamOperator<AdmittedRequest> limit(
      SingleOutputStreamOperator<AdmittedRequest> admitted) {
    return admitted
        .keyBy(request -> QuotaFunction.key(request))
        .connect(admitted.getSideOutput(ENDED).keyBy(request -> QuotaFunction.key(request)))
        .process(
            new QuotaFunction(
                QuotaSettings.from(options),
                options.get(SatchelOptions.REQUEST_MAX_DEADLINE),
                SIGNALS))
        .returns(AdmittedRequest.class)
        .name("quota")
        .uid("quota")
        .disableChaining();
  }

  private SingleOutputStreamOperator<Removal> index(DataStream<Mention> mentions) {
    return mentions
        .keyBy(mention -> mention.subject().key())
        .process(new IndexFunction(options.get(SatchelOptions.FORGET_REMEMBER), SIGNALS))
        .returns(Removal.class)
        .name("index")
        .uid("index")
        .disableChaining();
  }

  private DataStream<Event> forget(DataStream<Removal> removals) {
    return removals
        .keyBy(removal -> removal.forget().tally())
        .transform(
            "forget",
            TypeInformation.of(Event.class),
            new ForgetOperator(
                options.get(SatchelOptions.ARCHIVES_DIR),
                CacheSettings.from(options),
                options.get(SatchelOptions.FORGET_REMEMBER),
                options.get(SatchelOptions.REQUEST_MAX_DEADLINE)))
        .uid("forget")
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
   *
   * <p>Partitioned as by {@code keyBy}, though without keyed state: behind a custom partitioner
   * Flink would align checkpoint barriers.
   */
  private SingleOutputStreamOperator<FetchedImage> fetch(DataStream<ImageTask> images) {
    return AsyncDataStream.unorderedWait(
            new DataStream<>(
                images.getExecutionEnvironment(),
                images.keyBy(new FetchRoute()).getTransformation()),
            ends.fetch(),
            options.get(SatchelOptions.REQUEST_MAX_DEADLINE).toMillis(),
            TimeUnit.MILLISECONDS,
            options.get(SatchelOptions.FETCH_CONCURRENCY))
        .returns(FetchedImage.class)
        .name("fetch")
        .uid("fetch")
        .disableChaining();
  }

  /**
   * Rebalanced by name: an edge without a partitioner is FORWARD, which after a rescale feeds some
   * subtasks only, and which unaligned checkpoints leave out.
   */
  private SingleOutputStreamOperator<ResizedImage> resize(DataStream<FetchedImage> images) {
    return images
        .rebalance()
        .map(ends.resize())
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
                EVENTS,
                HTTP))
        .uid("window")
        .disableChaining();
  }

  /** Keyed, so that one subtask owns a request's upload, also after any rescaling. */
  private static SingleOutputStreamOperator<Event> train(
      DataStream<PackedRequest> packed,
      TrainingOperator<PackedRequest, Event> trainer,
      String name) {
    return packed
        .keyBy(PackedRequest::requestId)
        .transform(name, TypeInformation.of(Event.class), trainer)
        .uid(name.replace(' ', '-'))
        .disableChaining();
  }

  /** Keyed, so that one subtask writes what is said of a request. */
  private void emit(DataStream<Event> all) {
    all.keyBy(Event::requestId).sinkTo(ends.events()).name("events").uid("events");
  }

  private void deadLetter(DataStream<DeadLetter> letters) {
    letters.rebalance().sinkTo(ends.deadLetters()).name("dead letters").uid("dead-letters");
  }
}
