package io.github.satchel.connectors.training.transport;

import org.jspecify.annotations.Nullable;

/**
 * What proves to a service who is calling. Joins a request at the last moment, on its way to the
 * socket ({@link SecretiveConnections}), so that nothing before can log it.
 *
 * @param authorization value of the {@code Authorization} header
 * @param query what the query of the url ends with
 */
public record Secrets(@Nullable String authorization, @Nullable String query) {

  public static final Secrets NONE = new Secrets(null, null);

  @Override
  public String toString() {
    return "Secrets[***]";
  }
}
