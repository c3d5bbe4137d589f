package io.github.satchel.connectors.watson;

import java.io.Serializable;

/**
 * Says what an element of the stream asks the training service for. Runs on the task thread; what
 * it throws fails the job.
 *
 * @param <T> the elements of the stream
 */
@FunctionalInterface
public interface ElementConverter<T> extends Serializable {
  Training convert(T element);
}
