package io.github.satchel.job.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.model.Problem;
import io.github.satchel.testing.SettableClock;
import io.netty.util.HashedWheelTimer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostLimiterTest {

  private static final Instant FAR = Instant.MAX;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final HostLimiter limiter = new HostLimiter(3, Duration.ofSeconds(30), clock, timer);
  private final List<String> refused = new ArrayList<>();
  private final List<HostLimiter.Permit> permits = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    timer.stop();
  }

  @Test
  void aHostHasSoManyVisitorsAndNoMore() {
    enter("a", 5);
    enter("b", 1);

    assertThat(permits).hasSize(4);
    permits.get(0).answered();
    assertThat(permits).hasSize(5);
  }

  @Test
  void aVisitIsOverOnce() {
    enter("a", 5);
    permits.get(0).answered();
    permits.get(0).answered();
    permits.get(0).ended();

    assertThat(permits).hasSize(4);
  }

  @Test
  void whoGivesUpLosesItsPlace() {
    enter("a", 3);
    Runnable giveUp = enter("a", FAR);
    giveUp.run();
    permits.get(0).answered();

    assertThat(permits).hasSize(3);
  }

  @Test
  void aHostThatThrottlesIsLeftAloneByEveryone() {
    enter("a", 2);
    permits.get(0).throttled(Duration.ofMillis(100));
    enter("a", FAR);
    permits.get(1).answered();
    assertThat(permits).hasSize(2);

    clock.advance(Duration.ofSeconds(1));
    Awaitility.await().until(() -> permits.size() == 3);
  }

  @Test
  void whoCannotWaitForThePauseToEndIsRefused() {
    enter("a", 1);
    permits.get(0).throttled(Duration.ofSeconds(60));
    enter("a", clock.instant().plusSeconds(59));

    assertThat(refused)
        .containsExactly(
            "a is receiving too many requests for images and has started refusing access.");
  }

  @Test
  void afterThrottlingTheCeilingIsHalvedAndGrowsWithTheAnswers() {
    enter("a", 1);
    permits.get(0).throttled(Duration.ZERO);
    enter("a", 10);
    assertThat(permits).hasSize(2);
    permits.get(1).answered();
    assertThat(permits).hasSize(4);
  }

  @Test
  void aHostThatLetsAllItsVisitorsWaitIsDeadForEveryone() {
    enter("a", 10);
    for (int i = 0; i < 3; i++) {
      permits.get(i).timedOut();
    }
    enter("b", 1);

    assertThat(refused).hasSize(5).containsOnly("Unable to download image from the website");
    assertThat(permits).hasSize(6);
    enter("a", 1);
    assertThat(refused).hasSize(6);
  }

  @Test
  void anAnswerInBetweenShowsThatAHostIsAlive() {
    enter("a", 10);
    permits.get(0).timedOut();
    permits.get(1).timedOut();
    permits.get(2).answered();
    permits.get(3).timedOut();

    assertThat(refused).isEmpty();
  }

  @Test
  void aDeadHostIsTriedByOneVisitorAfterAWhile() {
    enter("a", 3);
    permits.forEach(HostLimiter.Permit::timedOut);
    clock.advance(Duration.ofSeconds(31));
    enter("a", 3);
    assertThat(permits).hasSize(4);

    permits.get(3).timedOut();
    assertThat(refused).hasSize(2);
    clock.advance(Duration.ofSeconds(31));
    enter("a", 3);
    permits.get(4).answered();
    assertThat(permits).hasSize(7);
  }

  private void enter(String host, int inUse) {
    for (int i = 0; i < inUse; i++) {
      enter(host, FAR);
    }
  }

  private Runnable enter(String host, Instant latest) {
    return limiter.acquire(
        host,
        latest,
        new HostLimiter.Waiter() {
          @Override
          public void granted(HostLimiter.Permit permit) {
            permits.add(permit);
          }

          @Override
          public void refused(Problem problem) {
            refused.add(problem.message());
          }
        });
  }
}
