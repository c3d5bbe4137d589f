package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.transport.UploadException;
import java.io.Closeable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How archives become a classifier at one kind of service. Thread-safe, blocking. */
public interface Trainer extends Closeable {

  /**
   * What a step of a follow-up came to.
   *
   * @param next what is still to do; null if the work is done
   * @param event what is to be told; null for nothing
   */
  record Step(@Nullable FollowUp next, @Nullable TrainingEvent event) {

    public static final Step DONE = new Step(null, null);

    public static Step next(FollowUp work) {
      return new Step(work, null);
    }

    public static Step done(TrainingEvent event) {
      return new Step(null, event);
    }
  }

  /**
   * Delivers the archives of a training, or finds that an earlier attempt did.
   *
   * @throws UploadException if that failed; with a verdict that is particular to credentials if
   *     none of them would do, and the attempt's rejections say why
   */
  Classifier deliver(Attempt attempt) throws UploadException, InterruptedException;

  /** What is to be done once an outcome is told. */
  List<FollowUp> after(TrainingEvent outcome, Instant now);

  /**
   * How a training is undone; null if the service has no way.
   *
   * @param created what the training created
   */
  @Nullable FollowUp withdrawal(Classifier created, Instant now);

  /**
   * Goes on with a follow-up.
   *
   * @param training without its archives
   * @param created what the training created
   */
  Step advance(Training training, Classifier created, FollowUp work, Instant now)
      throws InterruptedException;

  /** Breaks off what is under way. */
  @Override
  void close();
}
