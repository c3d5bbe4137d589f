package io.github.satchel.bench.trainer;

import io.github.satchel.trainer.head.Examples;
import io.github.satchel.trainer.head.LeaveOneOut;
import io.github.satchel.trainer.head.Ridge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Trains with some pictures of each class, asks about the others, and does so again. */
final class Splits {
  private final float[][] vectors;
  private final int[] labels;
  private final int classes;

  Splits(float[][] vectors, int[] labels, int classes) {
    this.vectors = vectors;
    this.labels = labels;
    this.classes = classes;
  }

  /**
   * What came of it.
   *
   * @param accuracies one a split, sorted
   * @param confidences the mean confidence in the class that was named, one a split
   * @param nanos of training the head, one a split, sorted
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Result(double[] accuracies, double[] confidences, double[] leftOut, long[] nanos) {}

  Result run(int splits, int perClass, long seed) {
    double[] accuracies = new double[splits];
    double[] confidences = new double[splits];
    double[] leftOut = new double[splits];
    long[] nanos = new long[splits];
    for (int split = 0; split < splits; split++) {
      List<Integer> training = new ArrayList<>();
      List<Integer> test = new ArrayList<>();
      divide(new Random(seed + split), perClass, training, test);
      long begin = System.nanoTime();
      Ridge.Trained trained = Ridge.train(new Some(training), classes);
      nanos[split] = System.nanoTime() - begin;
      int right = 0;
      double sure = 0;
      for (int index : test) {
        double[] shares = trained.head().confidences(vectors[index]);
        int named = LeaveOneOut.argMax(shares);
        sure += shares[named] / test.size();
        if (named == labels[index]) {
          right++;
        }
      }
      accuracies[split] = (double) right / test.size();
      confidences[split] = sure;
      leftOut[split] = trained.leaveOneOut().accuracy();
    }
    Arrays.sort(accuracies);
    Arrays.sort(nanos);
    return new Result(accuracies, confidences, leftOut, nanos);
  }

  private void divide(Random random, int perClass, List<Integer> training, List<Integer> test) {
    for (int label = 0; label < classes; label++) {
      List<Integer> ofClass = new ArrayList<>();
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] == label) {
          ofClass.add(i);
        }
      }
      Collections.shuffle(ofClass, random);
      int chosen = Math.min(perClass, ofClass.size() - 1);
      training.addAll(ofClass.subList(0, chosen));
      test.addAll(ofClass.subList(chosen, ofClass.size()));
    }
  }

  private final class Some implements Examples {
    private final List<Integer> indexes;

    Some(List<Integer> indexes) {
      this.indexes = indexes;
    }

    @Override
    public int size() {
      return indexes.size();
    }

    @Override
    public int dimensions() {
      return vectors[0].length;
    }

    @Override
    public int label(int index) {
      return labels[indexes.get(index)];
    }

    @Override
    public void read(int index, float[] vector) {
      System.arraycopy(vectors[indexes.get(index)], 0, vector, 0, vector.length);
    }
  }
}
