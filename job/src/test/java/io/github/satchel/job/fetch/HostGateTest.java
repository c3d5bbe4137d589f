package io.github.satchel.job.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.model.Problem;
import io.netty.util.HashedWheelTimer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostGateTest {

  private static final Instant FAR = Instant.MAX;

  private final TestClock clock = new TestClock();
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final HostGate gate = new HostGate(3, Duration.ofSeconds(30), clock, timer);
  private final List<String> refused = new ArrayList<>();
  private final List<HostGate.Visit> visits = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    timer.stop();
  }

  @Test
  void aHostHasSoManyVisitorsAndNoMore() {
    enter("a", 5);
    enter("b", 1);

    assertThat(visits).hasSize(4);
    visits.get(0).answered();
    assertThat(visits).hasSize(5);
  }

  @Test
  void aVisitIsOverOnce() {
    enter("a", 5);
    visits.get(0).answered();
    visits.get(0).answered();
    visits.get(0).ended();

    assertThat(visits).hasSize(4);
  }

  @Test
  void whoGivesUpLosesItsPlace() {
    enter("a", 3);
    Runnable giveUp = enter("a", FAR);
    giveUp.run();
    visits.get(0).answered();

    assertThat(visits).hasSize(3);
  }

  @Test
  void aHostThatThrottlesIsLeftAloneByEveryone() {
    enter("a", 2);
    visits.get(0).throttled(Duration.ofMillis(100));
    enter("a", FAR);
    visits.get(1).answered();
    assertThat(visits).hasSize(2);

    clock.now = clock.now.plusSeconds(1);
    Awaitility.await().until(() -> visits.size() == 3);
  }

  @Test
  void whoCannotWaitForThePauseToEndIsRefused() {
    enter("a", 1);
    visits.get(0).throttled(Duration.ofSeconds(60));
    enter("a", clock.now.plusSeconds(59));

    assertThat(refused)
        .containsExactly(
            "a is receiving too many requests for images and has started refusing access.");
  }

  @Test
  void afterThrottlingTheCeilingIsHalvedAndGrowsWithTheAnswers() {
    enter("a", 1);
    visits.get(0).throttled(Duration.ZERO);
    enter("a", 10);
    assertThat(visits).hasSize(2);
    visits.get(1).answered();
    assertThat(visits).hasSize(4);
  }

  @Test
  void aHostThatLetsAllItsVisitorsWaitIsDeadForEveryone() {
    enter("a", 10);
    for (int i = 0; i < 3; i++) {
      visits.get(i).timedOut();
    }
    enter("b", 1);

    assertThat(refused).hasSize(5).containsOnly("Unable to download image from the website");
    assertThat(visits).hasSize(6);
    enter("a", 1);
    assertThat(refused).hasSize(6);
  }

  @Test
  void anAnswerInBetweenShowsThatAHostIsAlive() {
    enter("a", 10);
    visits.get(0).timedOut();
    visits.get(1).timedOut();
    visits.get(2).answered();
    visits.get(3).timedOut();

    assertThat(refused).isEmpty();
  }

  @Test
  void aDeadHostIsTriedByOneVisitorAfterAWhile() {
    enter("a", 3);
    visits.forEach(HostGate.Visit::timedOut);
    clock.now = clock.now.plusSeconds(31);
    enter("a", 3);
    assertThat(visits).hasSize(4);

    visits.get(3).timedOut();
    assertThat(refused).hasSize(2);
    clock.now = clock.now.plusSeconds(31);
    enter("a", 3);
    visits.get(4).answered();
    assertThat(visits).hasSize(7);
  }

  private void enter(String host, int visitors) {
    for (int i = 0; i < visitors; i++) {
      enter(host, FAR);
    }
  }

  private Runnable enter(String host, Instant latest) {
    return gate.enter(
        host,
        latest,
        new HostGate.Visitor() {
          @Override
          public void admitted(HostGate.Visit visit) {
            visits.add(visit);
          }

          @Override
          public void refused(Problem problem) {
            refused.add(problem.message());
          }
        });
  }

  private static final class TestClock extends Clock {

    private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
