package io.github.satchel.job;

import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** YAML as settings: values by dotted key, whether the file nests them or not. */
public final class Yaml {

  private Yaml() {}

  /**
   * Reads one document. Lists become what Flink reads as one, {@code a;b}; keys without a value are
   * left out.
   *
   * @param label names the document in errors
   * @throws IllegalArgumentException saying what is wrong and where
   */
  public static Map<String, String> read(InputStream in, String label) {
    Object content;
    try {
      content = new Load(LoadSettings.builder().setLabel(label).build()).loadFromInputStream(in);
    } catch (MarkedYamlEngineException e) {
      // Its message shows the text around, which may be a password.
      throw new IllegalArgumentException(
          "%s is not YAML: line %s: %s"
              .formatted(
                  label,
                  e.getProblemMark().map(mark -> String.valueOf(mark.getLine() + 1)).orElse("?"),
                  e.getProblem()),
          e);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(
          label + " is not YAML: " + String.valueOf(e.getMessage()).strip(), e);
    }
    Map<String, String> values = new LinkedHashMap<>();
    if (content instanceof Map<?, ?> map) {
      flatten("", map, values);
    } else if (content != null) {
      throw new IllegalArgumentException(label + " is not a mapping of keys to values");
    }
    return values;
  }

  private static void flatten(String prefix, Map<?, ?> map, Map<String, String> values) {
    map.forEach(
        (name, value) -> {
          String key = prefix + name;
          if (value instanceof Map<?, ?> nested) {
            flatten(key + ".", nested, values);
          } else if (value instanceof List<?> list) {
            values.put(key, list.stream().map(String::valueOf).collect(Collectors.joining(";")));
          } else if (value != null) {
            values.put(key, value.toString());
          }
        });
  }
}
