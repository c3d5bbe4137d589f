package io.github.satchel.connectors.watson;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Credentials as files: {@code <directory>/<name>.json} holds {@code {"url": …, "apikey": …}}, the
 * shape of a mounted Kubernetes Secret. Files are read at each use.
 */
public final class CredentialsDirectory implements CredentialsResolver {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(CredentialsDirectory.class);

  /** One file name: no separator, and no leading dot, so it cannot leave the directory. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

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
    if (!NAME.matcher(name).matches()) {
      LOG.warn("There can be no credentials of a name that is not a plain file name");
      return Optional.empty();
    }
    try {
      Credentials read = READER.readValue(Files.readAllBytes(Path.of(directory, name + ".json")));
      return Optional.ofNullable(read);
    } catch (NoSuchFileException absent) {
      LOG.warn("There are no credentials {}", name);
    } catch (JacksonException malformed) {
      // Jackson's messages repeat what they could not read, which may be the key.
      LOG.warn("The file of credentials {} does not hold a proper url and apikey", name);
    } catch (IOException unreadable) {
      LOG.warn("The file of credentials {} cannot be read: {}", name, unreadable.toString());
    }
    return Optional.empty();
  }
}
