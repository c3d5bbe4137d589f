package io.github.satchel.trainer.head;

import java.util.Arrays;

/** Some of many examples, of each class as large a share as of all: every n-th of a class. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Sample(Examples all, int[] indexes) implements Examples {

  static Sample of(Examples all, int size) {
    Integer[] order = new Integer[all.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Integer.compare(all.label(a), all.label(b)));
    int[] indexes = new int[size];
    for (int i = 0; i < size; i++) {
      indexes[i] = order[(int) ((long) i * all.size() / size)];
    }
    return new Sample(all, indexes);
  }

  @Override
  public int size() {
    return indexes.length;
  }

  @Override
  public int dimensions() {
    return all.dimensions();
  }

  @Override
  public int label(int index) {
    return all.label(indexes[index]);
  }

  @Override
  public void read(int index, float[] vector) {
    all.read(indexes[index], vector);
  }
}
