package io.github.satchel.trainer.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.jspecify.annotations.Nullable;

/** The name and the zips of a create or an update, held against the rules of the service. */
public record TrainingData(@Nullable String name, List<ZippedExamples> examples) {
  private static final String POSITIVE = "_positive_examples";
  private static final String NEGATIVE = "negative_examples";
  private static final Pattern FORBIDDEN = Pattern.compile("[$*\\-{}\\\\|/'\"`\\[\\]]");

  public TrainingData {
    examples = List.copyOf(examples);
  }

  /**
   * Reads a form whose zips are on disk.
   *
   * @param directory where to keep them while they are read
   */
  static TrainingData read(MultiPartFormData.Parts parts, Limits limits, Path directory)
      throws IOException, Refusal {
    String name = null;
    List<ZippedExamples> examples = new ArrayList<>();
    Set<@Nullable String> seen = new HashSet<>();
    for (MultiPart.Part part : parts) {
      String field = Objects.requireNonNullElse(part.getName(), "");
      if (field.equals("name")) {
        name = part.getContentAsString(StandardCharsets.UTF_8);
      } else if (field.equals(NEGATIVE) || field.endsWith(POSITIVE)) {
        String className =
            field.equals(NEGATIVE)
                ? null
                : className(field.substring(0, field.length() - POSITIVE.length()));
        if (!seen.add(className)) {
          throw new Refusal(Answer.inputError("Two parts " + field));
        }
        Path zip = directory.resolve(examples.size() + ".zip");
        part.writeTo(zip);
        examples.add(new ZippedExamples(className, ZipCheck.images(zip, field, limits), zip));
      }
    }
    return new TrainingData(name, examples);
  }

  /** The classes of the positive examples. */
  public List<String> classes() {
    return examples.stream().map(ZippedExamples::className).filter(Objects::nonNull).toList();
  }

  private static String className(String name) throws Refusal {
    if (name.isBlank() || FORBIDDEN.matcher(name).find()) {
      throw new Refusal(Answer.inputError("Invalid class name: " + name));
    }
    return name;
  }
}
