package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.transport.HttpTransport;
import java.io.Serializable;
import java.time.Clock;

/** Makes the trainer of a subtask. */
@FunctionalInterface
public interface TrainerFactory extends Serializable {

  /**
   * What a trainer shares with the operator around it.
   *
   * @param transport the trainer closes it
   * @param maxUploadBytes archives on their way at once
   * @param jobId for what the subtasks of a job share in a process
   * @param parallelism number of subtasks
   */
  record Context(
      HttpTransport transport,
      long maxUploadBytes,
      Retrier retrier,
      TrainingMetrics metrics,
      Clock clock,
      String jobId,
      int parallelism) {}

  Trainer create(Context context);
}
