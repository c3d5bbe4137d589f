package io.github.satchel.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {

  private final AtomicLong cpuNanos = new AtomicLong();
  private final AtomicInteger collections = new AtomicInteger();
  private final IdleMemory memory = new IdleMemory(cpuNanos::get, collections::incrementAndGet);

  @Test
  void theHeapIsCollectedOnceAfterEachTimeOfWork() {
    look(1.5);
    look(0.9);
    assertThat(collections).hasValue(0);

    look(0.04);
    look(0.03);
    assertThat(collections).hasValue(1);

    look(0.5);
    look(0.02);
    assertThat(collections).hasValue(2);
  }

  @Test
  void aJobThatHasDoneNothingIsLeftAlone() {
    look(0.03);
    look(0.19);
    look(0.03);

    assertThat(collections).hasValue(0);
  }

  /** An interval in which the process took this share of a core. */
  private void look(double share) {
    cpuNanos.addAndGet((long) (share * IdleMemory.INTERVAL.toNanos()));
    memory.look();
  }
}
