package io.github.satchel.trainer.head;

/**
 * What is said of each example by a head that was trained on all others.
 *
 * @param indexes of the examples that were left out, one after another
 * @param labels the class of each
 * @param confidences a number a class for each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LeaveOneOut(int[] indexes, int[] labels, double[][] confidences) {

  /** How many examples were left out. */
  public int size() {
    return indexes.length;
  }

  /** The class that is taken for the one at a position. */
  public int predicted(int position) {
    return argMax(confidences[position]);
  }

  /** How many are taken for what they are, from 0 to 1. */
  public double accuracy() {
    int right = 0;
    for (int i = 0; i < size(); i++) {
      if (predicted(i) == labels[i]) {
        right++;
      }
    }
    return (double) right / size();
  }

  /** The position of the greatest value, the first of equals. */
  public static int argMax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
