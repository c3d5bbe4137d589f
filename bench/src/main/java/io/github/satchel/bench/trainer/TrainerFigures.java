package io.github.satchel.bench.trainer;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * What the trainer makes of labelled pictures; its JSON is what {@code bench trainer --json}
 * prints. Accuracies and confidences are 0 to 1, times milliseconds.
 *
 * @param perClass pictures of each class that are trained with; the others are asked about
 * @param dimensions numbers that stand for a picture
 * @param accuracy mean of all splits
 * @param leaveOneOut mean accuracy as the teacher's page shows it
 * @param confidence mean confidence in the class that is named
 * @param picture time of one picture in one thread, the median
 * @param head time of training with vectors in memory, the median
 * @param peakMegabytes the most physical memory of this process
 */
record TrainerFigures(
    int pictures,
    int classes,
    int perClass,
    int splits,
    int dimensions,
    double accuracy,
    double lowestAccuracy,
    double highestAccuracy,
    double leaveOneOut,
    double confidence,
    double picture,
    double pictureP95,
    double head,
    long peakMegabytes) {

  void print(PrintWriter out) {
    line(
        out,
        "%d pictures of %d classes, %d a class trained with, %d splits, %d numbers a picture",
        pictures,
        classes,
        perClass,
        splits,
        dimensions);
    line(
        out,
        "accuracy on unseen pictures   %.1f %% (lowest %.1f, highest %.1f)",
        100 * accuracy,
        100 * lowestAccuracy,
        100 * highestAccuracy);
    line(
        out,
        "by leaving one out            %.1f %%; mean confidence %.1f %%",
        100 * leaveOneOut,
        100 * confidence);
    line(out, "a picture, one thread         %.1f ms median, %.1f ms p95", picture, pictureP95);
    line(out, "the head, vectors in memory   %.0f ms median", head);
    line(out, "memory of this process        %d MB resident, at most", peakMegabytes);
  }

  private static void line(PrintWriter out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
