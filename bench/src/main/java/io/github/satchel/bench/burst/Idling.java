package io.github.satchel.bench.burst;

import io.github.satchel.bench.burst.IdleResult.Figures;
import io.github.satchel.bench.world.World;
import io.github.satchel.testkit.report.ProcessUse;
import io.github.satchel.testkit.report.Watch;
import io.github.satchel.testkit.report.Watch.Watched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Looks at jobs that have nothing to do. */
public final class Idling {

  private Idling() {}

  /**
   * Measures both at the same time.
   *
   * @param standalone the job in one process
   * @param cluster the job on a cluster of one task manager
   */
  public static IdleResult measure(World standalone, World cluster, Duration time)
      throws InterruptedException {
    List<Watched> processes = new ArrayList<>(standalone.jobProcesses());
    processes.addAll(cluster.jobProcesses());
    // Nobody asks Flink for its metrics meanwhile: that would be work.
    try (Watch watch = Watch.begin(processes, null)) {
      long begin = System.nanoTime();
      Thread.sleep(time.toMillis());
      ProcessUse use = watch.use();
      double seconds = (System.nanoTime() - begin) / 1e9;
      List<Figures> figures =
          processes.stream().map(each -> Figures.of(use, each.name(), seconds)).toList();
      return new IdleResult(figures.get(0), figures.get(1), figures.get(2));
    }
  }
}
