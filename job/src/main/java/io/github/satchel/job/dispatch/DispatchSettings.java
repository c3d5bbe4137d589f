package io.github.satchel.job.dispatch;

import io.github.satchel.job.SatchelOptions;
import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How requests share the way.
 *
 * @param quantum images a project sends before others have their turn
 * @param inFlight images of a request that are on their way at once
 * @param patience how long a request waits for an answer before it sends more without one
 * @param supersede whether a newer request of a project ends the older ones
 */
public record DispatchSettings(int quantum, int inFlight, Duration patience, boolean supersede)
    implements Serializable {

  /** Takes the settings of the job. */
  public static DispatchSettings from(ReadableConfig options) {
    return new DispatchSettings(
        options.get(SatchelOptions.DISPATCH_QUANTUM),
        options.get(SatchelOptions.DISPATCH_IN_FLIGHT),
        options.get(SatchelOptions.DISPATCH_PATIENCE),
        options.get(SatchelOptions.DISPATCH_SUPERSEDE));
  }
}
