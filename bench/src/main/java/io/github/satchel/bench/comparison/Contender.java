package io.github.satchel.bench.comparison;

import io.github.satchel.testkit.report.Load;
import java.io.IOException;
import java.util.List;

/** Whoever can serve a class of pupils: the job, or a peer. */
public interface Contender {

  /** Has a class press Train at once, and measures until the last pupil is served. */
  RoundFigures serve(List<Load> loads) throws IOException, InterruptedException;
}
