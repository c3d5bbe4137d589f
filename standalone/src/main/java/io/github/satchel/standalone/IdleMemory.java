package io.github.satchel.standalone;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Gives the heap of a burst back to the operating system when nobody trains any more. The virtual
 * machine would keep it until the next full collection, which an idle job does not need for hours.
 */
final class IdleMemory {

  static final Duration INTERVAL = Duration.ofSeconds(10);

  /** Share of a core above which the process has work. Idle it takes 2 to 4 %. */
  private static final double WORKING = 0.2;

  private final LongSupplier cpuNanos;
  private final Runnable collect;
  private long before;
  private boolean hasWorked;

  /**
   * Looks at nothing by itself.
   *
   * @param cpuNanos CPU time of the process so far, in nanoseconds
   * @param collect run once after each time of work
   */
  IdleMemory(LongSupplier cpuNanos, Runnable collect) {
    this.cpuNanos = cpuNanos;
    this.collect = collect;
    before = cpuNanos.getAsLong();
  }

  /** Looks at this process in a daemon thread, for as long as it lives. */
  static void watch() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var memory = new IdleMemory(system::getProcessCpuTime, System::gc);
    var thread =
        new Thread(
            () -> {
              while (true) {
                try {
                  Thread.sleep(INTERVAL.toMillis());
                } catch (InterruptedException e) {
                  return;
                }
                memory.look();
              }
            },
            "satchel-idle-memory");
    thread.setDaemon(true);
    thread.start();
  }

  /** To be called every {@link #INTERVAL}. */
  void look() {
    long now = cpuNanos.getAsLong();
    boolean works = now - before > WORKING * INTERVAL.toNanos();
    before = now;
    if (hasWorked && !works) {
      collect.run();
    }
    hasWorked = works;
  }
}
