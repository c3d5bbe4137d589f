package io.github.satchel.trainer.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A classifier as the API shows it.
 *
 * @param owner the name of the key whose slot it takes
 * @param status {@code training}, {@code retraining}, {@code ready} or {@code failed}
 * @param updated when its last training began
 * @param explanation why it failed
 * @param optedOut whether its examples are not kept, so that it cannot be updated
 * @param details fields of ours in the verbose form
 */
public record Classifier(
    String id,
    String name,
    String owner,
    String status,
    Instant created,
    Instant updated,
    List<String> classes,
    @Nullable String explanation,
    boolean optedOut,
    @Nullable ObjectNode details) {
  public Classifier {
    classes = List.copyOf(classes);
  }
}
