package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.ElementConverter;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreWriteTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * A {@link TrainingOperator} as the end of a stream, with its events going to a sink of their own.
 * {@code WatsonSink} and {@code HttpTrainerSink} make one.
 *
 * @param <T> the elements of the stream
 */
public final class TrainingSink<T> implements Sink<T>, SupportsPreWriteTopology<T> {

  private static final long serialVersionUID = 1L;
  private static final TypeInformation<Training> TRAININGS = TypeInformation.of(Training.class);
  private static final TypeInformation<TrainingEvent> EVENTS =
      TypeInformation.of(TrainingEvent.class);

  private final ElementConverter<T> elementConverter;
  private final TrainerFactory service;
  private final Sink<TrainingEvent> eventSink;
  private final TrainingOptions options;

  TrainingSink(
      ElementConverter<T> elementConverter,
      TrainerFactory service,
      Sink<TrainingEvent> eventSink,
      TrainingOptions options) {
    this.elementConverter = elementConverter;
    this.service = service;
    this.eventSink = eventSink;
    this.options = options;
  }

  /**
   * The trainings, keyed by their id. Flink has no way to give the writer of a sink elements of
   * another type than the sink's; since it does not look at the type, the writer gets the events.
   */
  @Override
  @SuppressWarnings("unchecked")
  public DataStream<T> addPreWriteTopology(DataStream<T> elements) {
    ElementConverter<T> converter = elementConverter;
    DataStream<TrainingEvent> events =
        elements
            .<Training>flatMap(
                (element, out) -> {
                  Training training = converter.convert(element);
                  if (training != null) {
                    out.collect(training);
                  }
                })
            .returns(TRAININGS)
            .name("trainings")
            .keyBy(Training::id)
            .transform(
                "trainer",
                EVENTS,
                new TrainingOperator<>(
                    service,
                    new Itself(),
                    (training, event) -> event,
                    TRAININGS,
                    /* withdrawn= */ null,
                    options));
    return (DataStream<T>) (DataStream<?>) events.forward();
  }

  /** The writer of the events; of the event sink nothing else is used, so it needs no committer. */
  @Override
  @SuppressWarnings("unchecked")
  public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
    return (SinkWriter<T>) (SinkWriter<?>) eventSink.createWriter(context);
  }

  /** A training as an element. */
  static final class Itself implements ElementConverter<Training> {

    private static final long serialVersionUID = 1L;

    @Override
    public Training convert(Training training) {
      return training;
    }

    @Override
    public Training remainder(Training training) {
      return training.withoutArchives();
    }
  }
}
