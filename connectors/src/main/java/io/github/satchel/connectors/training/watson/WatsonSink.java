package io.github.satchel.connectors.training.watson;

/**
 * Creates a classifier at Watson Visual Recognition v3, or a service that speaks its API, for every
 * element, and tells a second sink what becomes of it.
 *
 * <pre>{@code
 * stream.sinkTo(
 *     WatsonSink.<Album>builder()
 *         .setElementConverter(album -> new Training(...))
 *         .setEventSink(kafkaSinkOfEvents)
 *         .setCredentialsResolver(new CredentialsDirectory("/etc/watson"))
 *         .build());
 * }</pre>
 *
 * <p><b>Guarantees.</b> Every training ends in one outcome, {@code TrainingEvent.Kind.UPLOADED} or
 * {@code TrainingEvent.Kind.FAILED}, which is delivered at least once with identical content. It
 * creates one classifier: before a create is sent a journal beside the archives says so, and
 * whoever finds that journal, or lost the answer, looks whether the classifier exists before
 * anything is sent again. (Two processes that run the same training at the same time, as after a
 * network partition, can still create two: the service has no idempotent create.) A classifier that
 * is replaced is deleted once the new one is created; before only if every plan is full, and then
 * the outcome says so. After {@code UPLOADED} comes one of {@code READY}, {@code TRAINING_FAILED}
 * and {@code TRAINING_UNKNOWN}, unless following is switched off or the stream ends. A checkpoint
 * never waits for the service. Whatever the service does is an event; only a broken programme fails
 * the job. Keys and tokens are in no event, state, log or metric; credentials that a training
 * brings along stay encrypted but for the moment of a call.
 *
 * <p><b>The caller's part.</b> Archives and journal must be on a file system that every task
 * manager sees, unless archives travel with their training; the journal must stay for as long as
 * the training can be run again.
 *
 * <p><b>End of input.</b> The sink waits for every outcome and for the first attempt at each
 * deletion, and neither for trainings to become ready nor for the repetition of deletions.
 */
public final class WatsonSink {

  private WatsonSink() {}

  /** Starts a sink of elements of type {@code T}. */
  public static <T> WatsonSinkBuilder<T> builder() {
    return new WatsonSinkBuilder<>();
  }
}
