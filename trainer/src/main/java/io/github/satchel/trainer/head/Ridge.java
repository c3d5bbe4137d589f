package io.github.satchel.trainer.head;

import java.util.Arrays;

/**
 * Trains a {@link LinearHead}: ridge regression of class membership, with an intercept that is not
 * penalised (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 3.4.1 and
 * 18.3.5).
 *
 * <p>Up to {@link #MAX_DUAL} examples it is solved in its dual form by a Cholesky factor, which
 * costs little when there are fewer examples than dimensions, and gives what each example is taken
 * for by a head that has not seen it: the residual divided by 1 - h, with h from the diagonal of
 * the hat matrix (ibid., 7.10). From those the temperature is fitted (Guo et al., On Calibration of
 * Modern Neural Networks, 2017), with targets short of 1 so that few examples do not make it sure
 * of everything (Platt, 1999). Above, the same problem is solved by conjugate gradients, which read
 * the examples once an iteration and hold none of them; those left out are then a sample, of {@link
 * #MAX_DUAL}.
 */
public final class Ridge {
  /** The most examples that are solved directly. */
  public static final int MAX_DUAL = 2_000;

  /** The penalty, in parts of the mean squared length of a centred vector. */
  private static final double PENALTY = 0.03;

  private static final int BLOCK = 128;
  private static final int MAX_ITERATIONS = 200;
  private static final double TOLERANCE = 1e-4;
  private static final double MIN_TEMPERATURE = 0.02;
  private static final double MAX_TEMPERATURE = 5;

  private Ridge() {}

  /**
   * A head, and what it would say of its examples had it not seen them.
   *
   * @param leaveOneOut of all examples, or of a sample
   */
  public record Trained(LinearHead head, LeaveOneOut leaveOneOut) {}

  /**
   * Trains a head.
   *
   * @param classes how many there are, each with at least two examples
   */
  public static Trained train(Examples examples, int classes) {
    if (examples.size() <= MAX_DUAL) {
      return dual(examples, classes);
    }
    Sample sample = Sample.of(examples, MAX_DUAL);
    Trained judged = dual(sample, classes);
    LeaveOneOut left = judged.leaveOneOut();
    var solved =
        new ConjugateGradients(examples, classes, PENALTY).solve(MAX_ITERATIONS, TOLERANCE);
    return new Trained(
        new LinearHead(solved.weights(), solved.bias(), judged.head().temperature()),
        new LeaveOneOut(sample.indexes(), left.labels(), left.confidences()));
  }

  private static Trained dual(Examples examples, int classes) {
    int n = examples.size();
    double[][] gram = gram(examples);
    double[] rowMeans = centre(gram);
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += gram[i][i];
    }
    double penalty = Math.max(PENALTY * trace / n, 1e-9);
    for (int i = 0; i < n; i++) {
      gram[i][i] += penalty;
    }
    var factor = new Cholesky(gram);
    double[] inverse = factor.inverseDiagonal();
    double[] shares = shares(examples, classes);
    double[][] coefficients = new double[classes][n];
    double[][] left = new double[n][classes];
    for (int c = 0; c < classes; c++) {
      for (int i = 0; i < n; i++) {
        coefficients[c][i] = (examples.label(i) == c ? 1 : 0) - shares[c];
      }
      factor.solve(coefficients[c]);
      for (int i = 0; i < n; i++) {
        double residual = coefficients[c][i] / (inverse[i] - 1 / (penalty * n));
        left[i][c] = (examples.label(i) == c ? 1 : 0) - residual;
      }
    }
    int[] labels = labels(examples);
    double temperature = temperature(labels, left);
    LinearHead head = head(examples, coefficients, shares, rowMeans, temperature);
    return new Trained(head, leaveOneOut(labels, left, temperature));
  }

  /** The products of all pairs of vectors; its lower half. Reads blocks of vectors, not all. */
  private static double[][] gram(Examples examples) {
    int n = examples.size();
    double[][] gram = new double[n][n];
    float[][] rows = new float[Math.min(BLOCK, n)][examples.dimensions()];
    float[] other = new float[examples.dimensions()];
    for (int begin = 0; begin < n; begin += BLOCK) {
      int end = Math.min(n, begin + BLOCK);
      for (int i = begin; i < end; i++) {
        examples.read(i, rows[i - begin]);
        for (int j = begin; j <= i; j++) {
          gram[i][j] = Vectors.dot(rows[i - begin], rows[j - begin]);
        }
      }
      for (int j = 0; j < begin; j++) {
        examples.read(j, other);
        for (int i = begin; i < end; i++) {
          gram[i][j] = Vectors.dot(rows[i - begin], other);
        }
      }
    }
    return gram;
  }

  /** Moves the vectors' mean to the origin; gives the means of the rows as they were. */
  private static double[] centre(double[][] gram) {
    int n = gram.length;
    double[] means = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        means[i] += (j <= i ? gram[i][j] : gram[j][i]) / n;
      }
    }
    double mean = Arrays.stream(means).sum() / n;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        gram[i][j] += mean - means[i] - means[j];
      }
    }
    return means;
  }

  /** Sums of coefficients are 0, so that the mean drops out of the weights. */
  private static LinearHead head(
      Examples examples,
      double[][] coefficients,
      double[] shares,
      double[] rowMeans,
      double temperature) {
    int classes = coefficients.length;
    float[][] weights = new float[classes][examples.dimensions()];
    float[] bias = new float[classes];
    float[] vector = new float[examples.dimensions()];
    for (int i = 0; i < examples.size(); i++) {
      examples.read(i, vector);
      for (int c = 0; c < classes; c++) {
        Vectors.add(weights[c], (float) coefficients[c][i], vector);
      }
    }
    for (int c = 0; c < classes; c++) {
      bias[c] = (float) (shares[c] - Vectors.dot(coefficients[c], rowMeans, rowMeans.length));
    }
    return new LinearHead(weights, bias, temperature);
  }

  static double[] shares(Examples examples, int classes) {
    double[] shares = new double[classes];
    for (int i = 0; i < examples.size(); i++) {
      shares[examples.label(i)] += 1.0 / examples.size();
    }
    return shares;
  }

  private static int[] labels(Examples examples) {
    int[] labels = new int[examples.size()];
    Arrays.setAll(labels, examples::label);
    return labels;
  }

  private static LeaveOneOut leaveOneOut(int[] labels, double[][] left, double temperature) {
    int[] indexes = new int[labels.length];
    double[][] confidences = new double[labels.length][];
    for (int i = 0; i < labels.length; i++) {
      indexes[i] = i;
      confidences[i] = LinearHead.softmax(left[i], temperature);
    }
    return new LeaveOneOut(indexes, labels, confidences);
  }

  /** Golden section search over the logarithm: the loss has one minimum. */
  static double temperature(int[] labels, double[][] scores) {
    double ratio = (Math.sqrt(5) - 1) / 2;
    double low = Math.log(MIN_TEMPERATURE);
    double high = Math.log(MAX_TEMPERATURE);
    while (high - low > 0.01) {
      double left = high - ratio * (high - low);
      double right = low + ratio * (high - low);
      if (loss(labels, scores, Math.exp(left)) < loss(labels, scores, Math.exp(right))) {
        high = right;
      } else {
        low = left;
      }
    }
    return Math.exp((low + high) / 2);
  }

  private static double loss(int[] labels, double[][] scores, double temperature) {
    int classes = scores[0].length;
    double missing = 1.0 / (labels.length / (double) classes + 2);
    double loss = 0;
    for (int i = 0; i < labels.length; i++) {
      double[] shares = LinearHead.softmax(scores[i], temperature);
      for (int c = 0; c < classes; c++) {
        double target = c == labels[i] ? 1 - missing : missing / (classes - 1);
        loss -= target * Math.log(shares[c] + 1e-12);
      }
    }
    return loss;
  }
}
