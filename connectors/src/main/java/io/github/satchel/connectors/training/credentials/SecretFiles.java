package io.github.satchel.connectors.training.credentials;

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
 * A directory of JSON files {@code <name>.json}, the shape of a mounted Kubernetes Secret. Files
 * are read at each use. What is in them is never logged.
 */
public final class SecretFiles {

  private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

  /** One file name: no separator, and no leading dot, so it cannot leave the directory. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  private SecretFiles() {}

  /**
   * Reads the file of a name; empty if there is none that holds what it should.
   *
   * @param what the files hold, for the log
   */
  public static <R> Optional<R> read(
      String directory, String name, ObjectReader reader, String what) {
    if (!NAME.matcher(name).matches()) {
      LOG.warn("The name of a file of {} is not a plain file name", what);
      return Optional.empty();
    }
    try {
      R read = reader.readValue(Files.readAllBytes(Path.of(directory, name + ".json")));
      return Optional.ofNullable(read);
    } catch (NoSuchFileException absent) {
      LOG.warn("There are no {} {}", what, name);
    } catch (JacksonException malformed) {
      // Jackson's messages repeat what they could not read, which may be the secret.
      LOG.warn("The file of {} {} does not have the expected content", what, name);
    } catch (IOException unreadable) {
      LOG.warn("The file of {} {} cannot be read: {}", what, name, unreadable.toString());
    }
    return Optional.empty();
  }
}
