package io.github.satchel.trainer.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.trainer.api.Answer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code GET /v3/classifiers/{id}?verbose=true} says of a classifier's quality. */
final class QualityJson {
  private QualityJson() {}

  static @Nullable ObjectNode of(StoredClassifier record) {
    Quality quality = record.quality();
    if (quality == null) {
      return null;
    }
    ObjectNode json = Answer.object();
    ObjectNode left = json.putObject("leave_one_out");
    left.put("images", quality.pictures()).put("accuracy", quality.accuracy());
    ArrayNode matrix = left.putArray("confusion");
    List<List<Integer>> confusion = quality.confusion();
    for (int row = 0; row < confusion.size(); row++) {
      ObjectNode counts =
          matrix.addObject().put("class", className(record, row)).putObject("taken_for");
      for (int column = 0; column < confusion.size(); column++) {
        counts.put(className(record, column), confusion.get(row).get(column));
      }
    }
    ArrayNode doubtful = left.putArray("doubtful");
    for (Quality.Doubtful one : quality.doubtful()) {
      doubtful
          .addObject()
          .put("image", one.picture())
          .put("class", one.labelled())
          .put("taken_for", one.predicted())
          .put("score", one.confidence());
    }
    return json;
  }

  private static String className(StoredClassifier record, int index) {
    return index < record.classes().size() ? record.classes().get(index) : Training.NONE_OF_THESE;
  }
}
