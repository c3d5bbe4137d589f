package io.github.satchel.trainer.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.trainer.api.Answer;
import java.util.List;

/**
 * How good a classifier is, by leaving each picture out in turn.
 *
 * @param pictures that were left out, one after another
 * @param accuracy the share of those that are taken for what they are, 0 to 1
 * @param confusion a row for each class that there is, a column for what it is taken for; where
 *     there are negative examples the last of both is for them
 * @param doubtful the pictures that are least taken for what they are, most doubtful first
 */
public record Quality(
    int pictures, double accuracy, List<List<Integer>> confusion, List<Doubtful> doubtful) {

  /**
   * A picture that is hard to tell.
   *
   * @param picture its name in the zip
   * @param labelled the class that it came with
   * @param predicted the class that it is taken for
   * @param confidence in the class that it came with, 0 to 1
   * @param thumbnail the file beside this one that shows it
   */
  public record Doubtful(
      String picture, String labelled, String predicted, double confidence, String thumbnail) {}

  /**
   * What {@code GET /v3/classifiers/{id}?verbose=true} says of it.
   *
   * @param classes of the classifier
   */
  ObjectNode verbose(List<String> classes) {
    ObjectNode json = Answer.object();
    ObjectNode left = json.putObject("leave_one_out");
    left.put("images", pictures).put("accuracy", accuracy);
    ArrayNode matrix = left.putArray("confusion");
    for (int row = 0; row < confusion.size(); row++) {
      ObjectNode counts =
          matrix.addObject().put("class", className(classes, row)).putObject("taken_for");
      for (int column = 0; column < confusion.size(); column++) {
        counts.put(className(classes, column), confusion.get(row).get(column));
      }
    }
    ArrayNode listed = left.putArray("doubtful");
    for (Doubtful one : doubtful) {
      listed
          .addObject()
          .put("image", one.picture())
          .put("class", one.labelled())
          .put("taken_for", one.predicted())
          .put("score", one.confidence());
    }
    return json;
  }

  private static String className(List<String> classes, int index) {
    return index < classes.size() ? classes.get(index) : Training.NONE_OF_THESE;
  }
}
