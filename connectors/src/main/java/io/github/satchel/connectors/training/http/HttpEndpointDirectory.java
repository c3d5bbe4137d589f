package io.github.satchel.connectors.training.http;

import com.fasterxml.jackson.databind.ObjectReader;
import io.github.satchel.connectors.training.credentials.SecretFiles;
import io.github.satchel.connectors.training.transport.Json;
import java.util.Optional;

/**
 * Endpoints as files: {@code <directory>/<name>.json}, the shape of a mounted Kubernetes Secret,
 * holds {@code {"url": …, "secret": …}}. Files are read at each use.
 */
public final class HttpEndpointDirectory implements HttpEndpointResolver {

  private static final long serialVersionUID = 1L;
  private static final ObjectReader READER = Json.MAPPER.readerFor(HttpEndpoint.class);

  private final String directory;

  /**
   * @param directory on the local file system of every task manager
   */
  public HttpEndpointDirectory(String directory) {
    this.directory = directory;
  }

  @Override
  public Optional<HttpEndpoint> resolve(String name) {
    return SecretFiles.read(directory, name, READER, "endpoint");
  }
}
