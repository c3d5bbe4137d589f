package io.github.satchel.trainer.head;

/**
 * Says how likely each class is for a vector: softmax of {@code (weights · vector + bias) /
 * temperature}.
 *
 * @param weights a row a class
 * @param bias a number a class
 * @param temperature makes scores read as confidences
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LinearHead(float[][] weights, float[] bias, double temperature) {

  /** How many classes there are. */
  public int classes() {
    return bias.length;
  }

  /** Confidences from 0 to 1 that sum to 1, one a class. */
  public double[] confidences(float[] vector) {
    double[] scores = new double[classes()];
    for (int c = 0; c < scores.length; c++) {
      scores[c] = bias[c] + Vectors.dot(weights[c], vector);
    }
    return softmax(scores, temperature);
  }

  static double[] softmax(double[] scores, double temperature) {
    double max = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      max = Math.max(max, score);
    }
    double[] shares = new double[scores.length];
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      shares[c] = Math.exp((scores[c] - max) / temperature);
      sum += shares[c];
    }
    for (int c = 0; c < scores.length; c++) {
      shares[c] /= sum;
    }
    return shares;
  }
}
