package io.github.satchel.connectors.watson;

import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Creates a classifier at Watson Visual Recognition v3, or a service that speaks its API, for every
 * element, and hands what became of it to a second sink.
 *
 * <p><b>Guarantees.</b> Every training ends in one outcome, which is delivered at least once with
 * identical content. It creates one classifier: before a create is sent a journal beside the
 * archives says so, and whoever finds that journal, or lost the answer, looks whether the
 * classifier exists before anything is sent again. (Two processes that run the same training at the
 * same time, as after a network partition, can still create two: the service has no idempotent
 * create.) A checkpoint never waits for an upload. Whatever the service does is an outcome; only a
 * broken programme fails the job.
 *
 * <p><b>The caller's part.</b> Archives and journal must be on a file system that every task
 * manager sees. The outcome sink must deliver with {@code flush}, as a {@code KafkaSink} with
 * {@code AT_LEAST_ONCE} does: its writer gets no state and its committer, if it has one, is not
 * run, so a sink that needs two-phase commit loses outcomes.
 *
 * @param <T> the elements of the stream
 */
public final class WatsonSink<T> implements Sink<T>, SupportsWriterState<T, Training> {

  private static final long serialVersionUID = 1L;

  private final ElementConverter<T> elementConverter;
  private final Sink<TrainingOutcome> outcomeSink;
  private final CredentialsResolver credentialsResolver;
  private final WatsonOptions options;

  WatsonSink(
      ElementConverter<T> elementConverter,
      Sink<TrainingOutcome> outcomeSink,
      CredentialsResolver credentialsResolver,
      WatsonOptions options) {
    this.elementConverter = elementConverter;
    this.outcomeSink = outcomeSink;
    this.credentialsResolver = credentialsResolver;
    this.options = options;
  }

  /** Starts a sink of elements of type {@code T}. */
  public static <T> WatsonSinkBuilder<T> builder() {
    return new WatsonSinkBuilder<>();
  }

  @Override
  public StatefulSinkWriter<T, Training> createWriter(WriterInitContext context)
      throws IOException {
    return restoreWriter(context, List.of());
  }

  @Override
  public StatefulSinkWriter<T, Training> restoreWriter(
      WriterInitContext context, Collection<Training> recovered) throws IOException {
    return new WatsonSinkWriter<>(
        elementConverter,
        outcomeSink.createWriter(new OutcomeSinkContext(context)),
        credentialsResolver,
        options,
        context.getMailboxExecutor(),
        context.metricGroup(),
        Clock.tickMillis(ZoneOffset.UTC),
        recovered);
  }

  @Override
  public SimpleVersionedSerializer<Training> getWriterStateSerializer() {
    return new TrainingSerializer();
  }
}
