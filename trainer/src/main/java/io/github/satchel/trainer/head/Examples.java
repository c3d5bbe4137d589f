package io.github.satchel.trainer.head;

/** Vectors of pictures, and the class of each. Reading is safe for one thread at a time. */
public interface Examples {
  /** How many there are. */
  int size();

  /** How many numbers a vector has. */
  int dimensions();

  /** The class of one, from 0. */
  int label(int index);

  /** Reads one's vector into an array. */
  void read(int index, float[] vector);
}
