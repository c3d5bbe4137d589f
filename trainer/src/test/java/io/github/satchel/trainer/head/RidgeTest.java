package io.github.satchel.trainer.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RidgeTest {
  private static final int DIMENSIONS = 40;

  private record InMemory(List<float[]> vectors, List<Integer> labels) implements Examples {
    @Override
    public int size() {
      return vectors.size();
    }

    @Override
    public int dimensions() {
      return DIMENSIONS;
    }

    @Override
    public int label(int index) {
      return labels.get(index);
    }

    @Override
    public void read(int index, float[] vector) {
      System.arraycopy(vectors.get(index), 0, vector, 0, DIMENSIONS);
    }

    InMemory without(int index) {
      List<float[]> others = new ArrayList<>(vectors);
      List<Integer> otherLabels = new ArrayList<>(labels);
      others.remove(index);
      otherLabels.remove(index);
      return new InMemory(others, otherLabels);
    }
  }

  /** Clouds around a centre for each class; the wider they are, the more they overlap. */
  private static InMemory clouds(int classes, int perClass, double width, long seed) {
    var random = new Random(seed);
    List<float[]> vectors = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < classes * perClass; i++) {
      int label = i % classes;
      float[] vector = new float[DIMENSIONS];
      for (int d = 0; d < DIMENSIONS; d++) {
        vector[d] = (float) (3 + (d % classes == label ? 1 : 0) + width * random.nextGaussian());
      }
      vectors.add(vector);
      labels.add(label);
    }
    return new InMemory(vectors, labels);
  }

  @Test
  void classesThatAreApartAreToldApartAndItIsSure() {
    LinearHead head = Ridge.train(clouds(3, 10, 0.2, 1), 3).head();
    InMemory unseen = clouds(3, 20, 0.2, 2);
    for (int i = 0; i < unseen.size(); i++) {
      double[] confidences = head.confidences(unseen.vectors().get(i));
      assertThat(LeaveOneOut.argMax(confidences)).isEqualTo(unseen.label(i));
      assertThat(confidences[unseen.label(i)]).isBetween(0.8, 0.999);
      assertThat(confidences[0] + confidences[1] + confidences[2]).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void whatIsLeftOutIsWhatAHeadSaysThatWasTrainedWithoutIt() {
    InMemory all = clouds(2, 8, 1.5, 3);
    // The penalty is relative to all vectors, and so nearly the same without one of them.
    LeaveOneOut left = Ridge.train(all, 2).leaveOneOut();
    int agree = 0;
    for (int i = 0; i < all.size(); i++) {
      LinearHead head = Ridge.train(all.without(i), 2).head();
      int predicted = LeaveOneOut.argMax(head.confidences(all.vectors().get(i)));
      agree += predicted == left.predicted(i) ? 1 : 0;
    }
    assertThat(agree).isGreaterThanOrEqualTo(all.size() - 1);
  }

  @Test
  void confidencesOfClassesThatOverlapAreAboutAsOftenRight() {
    InMemory all = clouds(2, 200, 3, 4);
    LinearHead head = Ridge.train(all, 2).head();
    InMemory unseen = clouds(2, 1_000, 3, 5);
    double sure = 0;
    double right = 0;
    for (int i = 0; i < unseen.size(); i++) {
      double[] confidences = head.confidences(unseen.vectors().get(i));
      int named = LeaveOneOut.argMax(confidences);
      sure += confidences[named] / unseen.size();
      right += named == unseen.label(i) ? 1.0 / unseen.size() : 0;
    }
    assertThat(sure).isCloseTo(right, within(0.06));
  }

  @Test
  void moreExamplesThanAreSolvedDirectlyGiveTheSameHeadByConjugateGradients() {
    InMemory all = clouds(2, 600, 1, 6);
    LinearHead direct = Ridge.train(all, 2).head();
    var iterated = new ConjugateGradients(all, 2, 0.03).solve(500, 1e-6);
    for (int i = 0; i < all.size(); i++) {
      double one = direct.bias()[0] + Vectors.dot(direct.weights()[0], all.vectors().get(i));
      double other = iterated.bias()[0] + Vectors.dot(iterated.weights()[0], all.vectors().get(i));
      assertThat(other).isCloseTo(one, within(0.01));
    }
  }

  @Test
  void threeThousandExamplesAreJudgedByASampleOfAllClasses() {
    Ridge.Trained trained = Ridge.train(clouds(2, 1_500, 0.5, 7), 2);
    assertThat(trained.leaveOneOut().size()).isEqualTo(Ridge.MAX_DUAL);
    assertThat(trained.leaveOneOut().accuracy()).isGreaterThan(0.99);
    assertThat(trained.leaveOneOut().labels()).contains(0, 1);
  }
}
