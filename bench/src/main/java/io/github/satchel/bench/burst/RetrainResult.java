package io.github.satchel.bench.burst;

import java.util.List;

/**
 * The figures of trainings and of the same ones again; its JSON is what {@code bench retrain
 * --json} prints.
 *
 * @param pupils each trained twice, one after another
 * @param images of a training
 * @param fresh how many of them the second training has and the first had not
 * @param kept how many resized pictures the job had kept when the second trainings began, of all
 *     that the first ones had
 * @param complaints what did not end as it must
 */
public record RetrainResult(
    String type,
    int pupils,
    int images,
    int fresh,
    long kept,
    Trainings first,
    Trainings again,
    List<String> complaints) {

  /**
   * Trainings of all pupils.
   *
   * @param downloads how often the site was asked for a picture, a training
   * @param resizes pictures resized, a training
   * @param median seconds from request written to outcome read
   */
  public record Trainings(
      double downloads, double resizes, double median, double least, double most) {}

  /** Whether every request ended as it must. */
  public boolean asExpected() {
    return complaints.isEmpty();
  }
}
