package io.github.satchel.connectors.training.credentials;

import java.io.Serializable;
import java.util.Optional;

/**
 * Finds credentials by name. Asked on every use and from several threads, so that a change of
 * credentials takes effect without a restart. What it throws fails the job.
 */
@FunctionalInterface
public interface CredentialsResolver extends Serializable {

  /** Empty if there are no usable credentials of that name. */
  Optional<Credentials> resolve(String name);
}
