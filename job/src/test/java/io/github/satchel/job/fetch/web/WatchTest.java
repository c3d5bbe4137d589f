package io.github.satchel.job.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.HashedWheelTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchTest {

  private static final Duration TOTAL = Duration.ofSeconds(20);
  private static final Duration IDLE = Duration.ofSeconds(8);

  private final AtomicLong now = new AtomicLong();
  private final List<Runnable> afterReads = new ArrayList<>();
  private final List<Fault.Kind> expired = new ArrayList<>();

  private final HashedWheelTimer timer = new HashedWheelTimer();

  private final Watch watch =
      new Watch(timer, now::get, TOTAL, IDLE, afterReads::add, fault -> expired.add(fault.kind()));

  @AfterEach
  void stop() {
    timer.stop();
  }

  @Test
  void silenceEndsADownloadOnceWhatHasArrivedIsRead() {
    after(IDLE);
    assertThat(expired).isEmpty();

    read();
    assertThat(expired).containsExactly(Fault.Kind.SILENCE);
  }

  @Test
  void anAnswerThatABusyMachineHasNotReadYetIsNoSilence() {
    after(IDLE.plusSeconds(3));
    watch.touch();
    read();

    assertThat(expired).isEmpty();
    assertThat(timer.pendingTimeouts()).as("looks again").isEqualTo(1);
  }

  @Test
  void aDownloadThatIsDoneWhenItIsReadHasNotTakenTooLong() {
    after(TOTAL);
    watch.stop();
    read();

    assertThat(expired).isEmpty();
  }

  @Test
  void dataThatKeepsComingIsTooSlowInTheEnd() {
    after(TOTAL);
    watch.touch();
    read();

    assertThat(expired).containsExactly(Fault.Kind.SLOWNESS);
  }

  private void after(Duration time) {
    now.set(time.toNanos());
    watch.run();
  }

  private void read() {
    List.copyOf(afterReads).forEach(Runnable::run);
  }
}
