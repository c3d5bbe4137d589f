package io.github.satchel.connectors.training;

import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Says what an element of the stream asks the training service for. Runs on the task thread; what
 * it throws fails the job.
 *
 * @param <T> the elements of the stream
 */
public interface ElementConverter<T> extends Serializable {

  /** The training that an element stands for; null if it is not for this service. */
  @Nullable Training convert(T element);

  /**
   * What is kept of an element once its outcome is told, while the training is followed and what it
   * replaces is deleted: for later events, and for the training's id, journal, credentials and
   * attributes. The archives are not needed. All of it unless this is overridden.
   */
  default T remainder(T element) {
    return element;
  }

  /**
   * Whether an element undoes the training of the same id instead of standing for one: once that
   * has ended, what it created is deleted.
   */
  default boolean withdraws(T element) {
    return false;
  }

  /**
   * Whether an element is not to be trained any more, since it has been, and its files were removed
   * after that: a job that goes back to an older checkpoint finds it waiting again. Asked if an
   * element has waited for a minute or more; runs on a thread of its own.
   */
  default boolean isObsolete(T element) throws IOException {
    return false;
  }
}
