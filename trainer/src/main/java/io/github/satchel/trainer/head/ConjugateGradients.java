package io.github.satchel.trainer.head;

/**
 * Solves ridge regression in its primal form by conjugate gradients (Golub and Van Loan, 11.3), all
 * classes side by side. An iteration reads the examples once; memory is four vectors a class.
 */
final class ConjugateGradients {
  private final Examples examples;
  private final int classes;
  private final int dimensions;
  private final double[] shares;
  private final float[] mean;
  private final float[] vector;
  private final float penalty;

  ConjugateGradients(Examples examples, int classes, double relativePenalty) {
    this.examples = examples;
    this.classes = classes;
    dimensions = examples.dimensions();
    shares = Ridge.shares(examples, classes);
    mean = new float[dimensions];
    vector = new float[dimensions];
    int n = examples.size();
    double squares = 0;
    for (int i = 0; i < n; i++) {
      examples.read(i, vector);
      squares += Vectors.dot(vector, vector) / n;
      Vectors.add(mean, 1f / n, vector);
    }
    penalty = (float) Math.max(relativePenalty * (squares - Vectors.dot(mean, mean)), 1e-9);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Solution(float[][] weights, float[] bias) {}

  /**
   * Solves {@code (XᵀX + penalty) w = Xᵀy} for centred X and y.
   *
   * @param tolerance of the residual's length, relative to that of the right-hand side
   */
  Solution solve(int maxIterations, double tolerance) {
    float[][] weights = new float[classes][dimensions];
    float[][] residual = rightHandSide();
    float[][] direction = new float[classes][];
    double[] squares = new double[classes];
    double[] goal = new double[classes];
    for (int c = 0; c < classes; c++) {
      direction[c] = residual[c].clone();
      squares[c] = Vectors.dot(residual[c], residual[c]);
      goal[c] = squares[c] * tolerance * tolerance;
    }
    for (int iteration = 0; iteration < maxIterations && !isReached(squares, goal); iteration++) {
      float[][] image = apply(direction);
      for (int c = 0; c < classes; c++) {
        if (squares[c] > goal[c]) {
          double step = squares[c] / Vectors.dot(direction[c], image[c]);
          Vectors.add(weights[c], (float) step, direction[c]);
          Vectors.add(residual[c], (float) -step, image[c]);
          double next = Vectors.dot(residual[c], residual[c]);
          float turn = (float) (next / squares[c]);
          for (int d = 0; d < dimensions; d++) {
            direction[c][d] = residual[c][d] + turn * direction[c][d];
          }
          squares[c] = next;
        }
      }
    }
    float[] bias = new float[classes];
    for (int c = 0; c < classes; c++) {
      bias[c] = (float) (shares[c] - Vectors.dot(weights[c], mean));
    }
    return new Solution(weights, bias);
  }

  private static boolean isReached(double[] squares, double[] goal) {
    for (int c = 0; c < squares.length; c++) {
      if (squares[c] > goal[c]) {
        return false;
      }
    }
    return true;
  }

  private float[][] rightHandSide() {
    float[][] sums = new float[classes][dimensions];
    for (int i = 0; i < examples.size(); i++) {
      readCentred(i);
      for (int c = 0; c < classes; c++) {
        double target = (examples.label(i) == c ? 1 : 0) - shares[c];
        Vectors.add(sums[c], (float) target, vector);
      }
    }
    return sums;
  }

  private float[][] apply(float[][] direction) {
    float[][] image = new float[classes][dimensions];
    for (int c = 0; c < classes; c++) {
      Vectors.add(image[c], penalty, direction[c]);
    }
    for (int i = 0; i < examples.size(); i++) {
      readCentred(i);
      for (int c = 0; c < classes; c++) {
        Vectors.add(image[c], Vectors.dot(vector, direction[c]), vector);
      }
    }
    return image;
  }

  private void readCentred(int index) {
    examples.read(index, vector);
    Vectors.add(vector, -1, mean);
  }
}
