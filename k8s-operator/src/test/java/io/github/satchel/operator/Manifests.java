package io.github.satchel.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files of this directory. */
final class Manifests {

  /** The module's directory, where Maven runs its tests. */
  static final Path DIRECTORY = Path.of("").toAbsolutePath();

  static final List<String> OVERLAYS = List.of("dev", "prod");

  /** What {@code render} writes. */
  static final List<String> RENDERED = List.of("dev", "prod", "prod-components", "check", "small");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Manifests() {}

  /** What an overlay becomes. */
  static List<JsonNode> rendered(String overlay) throws IOException {
    return documents(DIRECTORY.resolve("rendered").resolve(overlay + ".yaml"));
  }

  /** The deployment of an overlay. */
  static JsonNode deployment(String overlay) throws IOException {
    return named(overlay, "FlinkDeployment", "satchel");
  }

  /** The manifests of a kind. */
  static List<JsonNode> ofKind(String rendered, String kind) throws IOException {
    return rendered(rendered).stream()
        .filter(each -> each.path("kind").asText().equals(kind))
        .toList();
  }

  /** The manifest of a kind and a name, behind which there may be a digest of its content. */
  static JsonNode named(String rendered, String kind, String name) throws IOException {
    List<JsonNode> found =
        ofKind(rendered, kind).stream()
            .filter(each -> each.at("/metadata/name").asText().matches(name + "(-[a-z0-9]{10})?"))
            .toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(found.size() + " manifests: " + kind + " " + name);
    }
    return found.get(0);
  }

  /** Flink's settings of an overlay, by key. */
  static Map<String, String> flinkConfiguration(String overlay) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    deployment(overlay)
        .at("/spec/flinkConfiguration")
        .properties()
        .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
    return settings;
  }

  /** The documents of a YAML file. */
  static List<JsonNode> documents(Path file) throws IOException {
    Load load = new Load(LoadSettings.builder().setLabel(file.toString()).build());
    List<JsonNode> documents = new ArrayList<>();
    for (Object document : load.loadAllFromString(Files.readString(file))) {
      documents.add(MAPPER.valueToTree(document));
    }
    return documents;
  }
}
