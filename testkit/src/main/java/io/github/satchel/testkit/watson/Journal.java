package io.github.satchel.testkit.watson;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.contract.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What changed, a line of JSON each, in a file that outlives the emulator's process, also when it
 * is killed: a line is with the operating system before its call is answered. Safe for many
 * threads.
 */
final class Journal implements AutoCloseable {

  private static final String FILE = "calls.jsonl";

  private final List<Entry> found;
  private final BufferedWriter writer;

  /** Opens the journal of a directory, which is made if it is missing. */
  Journal(Path directory) throws IOException {
    Path file = Files.createDirectories(directory).resolve(FILE);
    List<Entry> entries = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        try {
          entries.add(Json.MAPPER.readValue(line, Entry.class));
        } catch (JsonProcessingException e) {
          // Killed in the middle of it: that call was not answered, and did not happen.
        }
      }
    }
    found = List.copyOf(entries);
    writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    writer.newLine(); // ends half a line
  }

  /**
   * A call that changed something or tried to.
   *
   * @param classifier what a create or update that succeeded has left
   */
  record Entry(Call call, @Nullable Classifier classifier) {}

  /** What was in the journal when it was opened, oldest first. */
  List<Entry> found() {
    return found;
  }

  synchronized void add(Entry entry) throws IOException {
    writer.write(Json.MAPPER.writeValueAsString(entry));
    writer.newLine();
    writer.flush();
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }
}
