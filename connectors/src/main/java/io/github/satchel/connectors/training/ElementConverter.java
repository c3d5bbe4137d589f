package io.github.satchel.connectors.training;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Says what an element of the stream asks the training service for. Runs on the task thread; what
 * it throws fails the job.
 *
 * @param <T> the elements of the stream
 */
@FunctionalInterface
public interface ElementConverter<T> extends Serializable {
  /** The training that an element stands for; null if it is not for this sink. */
  @Nullable Training convert(T element);
}
