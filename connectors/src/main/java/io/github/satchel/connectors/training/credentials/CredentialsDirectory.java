package io.github.satchel.connectors.training.credentials;

import com.fasterxml.jackson.databind.ObjectReader;
import io.github.satchel.connectors.training.transport.Json;
import java.util.Optional;

/**
 * Credentials as files: {@code <directory>/<name>.json}, the shape of a mounted Kubernetes Secret,
 * holds {@code {"url": …, "apikey": …}}. With {@code "auth": "basic"} the key is sent as HTTP Basic
 * instead of being exchanged at IAM; {@code "api_key"} in place of {@code "apikey"} is the key of a
 * legacy instance. Files are read at each use.
 */
public final class CredentialsDirectory implements CredentialsResolver {

  private static final long serialVersionUID = 1L;
  private static final ObjectReader READER = Json.MAPPER.readerFor(Credentials.class);

  private final String directory;

  /**
   * @param directory on the local file system of every task manager
   */
  public CredentialsDirectory(String directory) {
    this.directory = directory;
  }

  @Override
  public Optional<Credentials> resolve(String name) {
    return SecretFiles.read(directory, name, READER, "credentials");
  }
}
