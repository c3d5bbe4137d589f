package io.github.satchel.testkit.watson;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits that end when the emulator does. */
final class Pause {
  private final Duration latency;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param latency what every call waits, besides its faults
   */
  Pause(Duration latency) {
    this.latency = latency;
  }

  void awaitLatency() throws InterruptedException {
    if (!latency.isZero()) {
      await(latency);
    }
  }

  void await(Duration duration) throws InterruptedException {
    // Over early just when the emulator closes, and then nothing matters any more.
    boolean over = closed.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    if (over) {
      throw new InterruptedException("the emulator is closed");
    }
  }

  void close() {
    closed.countDown();
  }
}
