package io.github.satchel.connectors.training;

import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** What all sinks of this package share: all but their {@link Trainer}. */
abstract class TrainingSink<T> implements Sink<T>, SupportsWriterState<T, Work> {

  private static final long serialVersionUID = 1L;

  private final ElementConverter<T> elementConverter;
  private final Sink<TrainingEvent> eventSink;
  private final TrainingOptions options;

  TrainingSink(
      ElementConverter<T> elementConverter,
      Sink<TrainingEvent> eventSink,
      TrainingOptions options) {
    this.elementConverter = elementConverter;
    this.eventSink = eventSink;
    this.options = options;
  }

  /** The trainer of one subtask, which closes the transport that it is given. */
  abstract Trainer trainer(
      HttpTransport transport, Retrier retrier, TrainingMetrics metrics, Clock clock);

  @Override
  public final StatefulSinkWriter<T, Work> createWriter(WriterInitContext context)
      throws IOException {
    return restoreWriter(context, List.of());
  }

  @Override
  public final StatefulSinkWriter<T, Work> restoreWriter(
      WriterInitContext context, Collection<Work> recovered) throws IOException {
    Clock clock = Clock.tickMillis(ZoneOffset.UTC);
    TrainingMetrics metrics =
        new TrainingMetrics(context.metricGroup().addGroup(TrainingMetrics.GROUP));
    Retrier retrier = new Retrier(options.retries(), metrics, new Random());
    Trainer trainer =
        trainer(new HttpTransport(options.transport(), clock), retrier, metrics, clock);
    return new TrainingSinkWriter<>(
        elementConverter,
        eventSink.createWriter(new EventSinkContext(context)),
        options,
        context.getMailboxExecutor(),
        context.getProcessingTimeService(),
        context.metricGroup(),
        trainer,
        new TrainingRunner(trainer, retrier, options.keepArchives(), metrics, clock),
        retrier,
        clock,
        recovered);
  }

  @Override
  public final SimpleVersionedSerializer<Work> getWriterStateSerializer() {
    return new WorkSerializer();
  }

  long maxUploadBytes() {
    return options.maxUploadBytes();
  }
}
