package io.github.satchel.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.satchel.contract.Json;
import io.github.satchel.faults.History.Create;
import io.github.satchel.faults.History.Zip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the trainer created in all its life, what was deleted since too. */
final class CreateListing {

  private CreateListing() {}

  /**
   * Reads the emulator's journal, which keeps every call, where its history keeps the latest.
   *
   * @param journal a line of JSON a call
   */
  static List<Create> of(Path journal) throws IOException {
    List<Create> creates = new ArrayList<>();
    for (String line : Files.readAllLines(journal)) {
      JsonNode call = line.isEmpty() ? MissingNode.getInstance() : callOf(line);
      if (call.path("kind").asText().equals("CREATE") && call.path("status").asInt() == 200) {
        Map<String, Zip> examples = new HashMap<>();
        for (JsonNode each : call.path("examples")) {
          List<String> entries = new ArrayList<>();
          each.path("entries").forEach(entry -> entries.add(entry.asText()));
          examples.put(
              each.path("className").asText(), new Zip(entries, each.path("sha256").asText()));
        }
        creates.add(
            new Create(call.path("classifierId").asText(), call.path("name").asText(), examples));
      }
    }
    return creates;
  }

  private static JsonNode callOf(String line) {
    try {
      return Json.MAPPER.readTree(line).path("call");
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance(); // the trainer was killed in the middle of it
    }
  }
}
