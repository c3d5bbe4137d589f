package io.github.satchel.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The file of the trainer's keys: {@code {"keys": [{"name", "apikey", "slots"}]}}. */
final class KeysFile {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();
  private static final int SECRET_BYTES = 24;
  private static final int MIN_SECRET = 16;
  private static final int DEFAULT_SLOTS = 1_000;

  private KeysFile() {}

  /**
   * A key.
   *
   * @param slots how many classifiers it can have; 1,000 if the file does not say
   */
  record Entry(String name, String apikey, int slots) {
    Entry {
      if (slots == 0) {
        slots = DEFAULT_SLOTS;
      }
    }
  }

  private record Content(List<Entry> keys) {}

  /**
   * Reads the keys.
   *
   * @throws IOException with a sentence, if the file is not as described
   */
  static List<Entry> read(Path file) throws IOException {
    Content content;
    try {
      content = MAPPER.readValue(file.toFile(), Content.class);
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not {\"keys\": [{\"name\", \"apikey\", \"slots\"}]}", e);
    }
    Set<String> names = new HashSet<>();
    if (content.keys() == null || content.keys().isEmpty()) {
      throw new IOException(file + " has no keys");
    }
    for (Entry key : content.keys()) {
      if (key.name() == null
          || !key.name().matches("[A-Za-z0-9._-]{1,64}")
          || !names.add(key.name())) {
        throw new IOException(file + ": a key needs a name of its own, of A-Z a-z 0-9 . _ -");
      }
      if (key.apikey() == null || key.apikey().length() < MIN_SECRET) {
        throw new IOException(
            file
                + ": the apikey of "
                + key.name()
                + " needs at least "
                + MIN_SECRET
                + " characters");
      }
    }
    return content.keys();
  }

  /** Makes a file with one key, that only its owner can read, unless it is there. */
  static void createIfMissing(Path file) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    String apikey = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    write(file, new Content(List.of(new Entry("school", apikey, DEFAULT_SLOTS))));
  }

  /** Writes what Satchel's {@code credentials.dir} holds for each key: {@code NAME.json}. */
  static void writeCredentials(Path directory, URI url, List<Entry> keys) throws IOException {
    Files.createDirectories(directory);
    for (Entry key : keys) {
      write(
          directory.resolve(key.name() + ".json"),
          Map.of("url", url.toString(), "apikey", key.apikey()));
    }
  }

  private static void write(Path file, Object json) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    MAPPER.writeValue(file.toFile(), json);
  }
}
