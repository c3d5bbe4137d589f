package io.github.satchel.connectors.training.http;

/**
 * Posts the archives of every element to an endpoint, signed, and tells a second sink what came of
 * it. For services of one's own: {@code docs/http-trainer.md} describes the request and has a
 * receiver.
 *
 * <pre>{@code
 * stream.sinkTo(
 *     HttpTrainerSink.<Album>builder()
 *         .setElementConverter(album -> new Training(...))
 *         .setEventSink(kafkaSinkOfEvents)
 *         .setEndpointResolver(new HttpEndpointDirectory("/etc/endpoints"))
 *         .build());
 * }</pre>
 *
 * <p><b>Guarantees.</b> Every training ends in one outcome, {@code TrainingEvent.Kind.UPLOADED} or
 * {@code TrainingEvent.Kind.FAILED}, which is delivered at least once with identical content. A
 * request is sent at least once; the receiver tells a repetition by its {@code Idempotency-Key},
 * the training's id. A checkpoint never waits for the receiver. Whatever it does is an event; only
 * a broken programme fails the job.
 *
 * <p><b>The caller's part</b> is that of {@code WatsonSink}, and that every {@code ExampleArchive}
 * has its digest and {@code Training.credentials} the name of the endpoint.
 */
public final class HttpTrainerSink {

  private HttpTrainerSink() {}

  /** Starts a sink of elements of type {@code T}. */
  public static <T> HttpTrainerSinkBuilder<T> builder() {
    return new HttpTrainerSinkBuilder<>();
  }
}
