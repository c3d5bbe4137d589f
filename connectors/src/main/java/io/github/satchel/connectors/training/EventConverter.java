package io.github.satchel.connectors.training;

import java.io.Serializable;

/**
 * Says in the caller's words what becomes of a training. Runs on the task thread; what it throws
 * fails the job.
 *
 * @param <IN> the elements of the stream
 * @param <OUT> what events become
 */
@FunctionalInterface
public interface EventConverter<IN, OUT> extends Serializable {

  /**
   * Converts an event.
   *
   * @param element after the outcome as {@link ElementConverter#remainder} left it
   */
  OUT convert(IN element, TrainingEvent event);
}
