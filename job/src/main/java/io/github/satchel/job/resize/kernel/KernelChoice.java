package io.github.satchel.job.resize.kernel;

/** Which kernel resizes. */
public enum KernelChoice {
  /** The native kernel where its library loads, else the Java kernel. */
  AUTO,
  /** The native kernel; the job fails where its library does not load. */
  NATIVE,
  /** The Java kernel. */
  JAVA
}
