package io.github.satchel.trainer.store;

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
}
