package io.github.satchel.connectors.training.http;

import java.io.Serializable;
import java.util.Optional;

/**
 * Finds endpoints by name. Asked on every use and from several threads, so that a change takes
 * effect without a restart. What it throws fails the job.
 */
@FunctionalInterface
public interface HttpEndpointResolver extends Serializable {

  /** Empty if there is no usable endpoint of that name. */
  Optional<HttpEndpoint> resolve(String name);
}
