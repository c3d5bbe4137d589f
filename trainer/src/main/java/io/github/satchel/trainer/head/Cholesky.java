package io.github.satchel.trainer.head;

/** The factor L of a symmetric positive definite matrix A = L Lᵀ (Golub and Van Loan, 4.2). */
final class Cholesky {
  private final double[][] factor;

  /**
   * Factors a matrix, which is overwritten.
   *
   * @param matrix its lower half is read
   * @throws ArithmeticException if it is not positive definite
   */
  Cholesky(double[][] matrix) {
    factor = matrix;
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j <= i; j++) {
        double rest = matrix[i][j] - Vectors.dot(matrix[i], matrix[j], j);
        if (i > j) {
          matrix[i][j] = rest / matrix[j][j];
        } else if (rest > 0) {
          matrix[i][i] = Math.sqrt(rest);
        } else {
          throw new ArithmeticException("not positive definite");
        }
      }
    }
  }

  /** Solves A x = b in place. */
  void solve(double[] b) {
    int n = factor.length;
    for (int i = 0; i < n; i++) {
      b[i] = (b[i] - Vectors.dot(factor[i], b, i)) / factor[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      b[i] /= factor[i][i];
      for (int j = 0; j < i; j++) {
        b[j] -= factor[i][j] * b[i];
      }
    }
  }

  /** The diagonal of A's inverse: sums of squares of the columns of L's inverse. */
  double[] inverseDiagonal() {
    int n = factor.length;
    double[] diagonal = new double[n];
    double[] column = new double[n];
    for (int j = 0; j < n; j++) {
      column[j] = 1 / factor[j][j];
      double squares = column[j] * column[j];
      for (int i = j + 1; i < n; i++) {
        double sum = 0;
        for (int k = j; k < i; k++) {
          sum += factor[i][k] * column[k];
        }
        column[i] = -sum / factor[i][i];
        squares += column[i] * column[i];
      }
      diagonal[j] = squares;
    }
    return diagonal;
  }
}
