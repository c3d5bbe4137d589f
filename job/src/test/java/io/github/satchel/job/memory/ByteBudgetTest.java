package io.github.satchel.job.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

  private final List<String> granted = new ArrayList<>();

  @Test
  void whatFitsIsGrantedAtOnceAndWhatDoesNotWaitsForARelease() {
    ByteBudget budget = new ByteBudget(100, 100);
    ByteBudget.Share first = reserve(budget, "first", 60);
    reserve(budget, "second", 50);

    assertThat(granted).containsExactly("first");
    assertThat(budget.used()).isEqualTo(60);
    assertThat(budget.waiting()).isEqualTo(1);

    first.release();
    assertThat(granted).containsExactly("first", "second");
    assertThat(budget.used()).isEqualTo(50);
  }

  @Test
  void aBigShareIsNotStarvedBySmallOnes() {
    ByteBudget budget = new ByteBudget(100, 100);
    ByteBudget.Share small = reserve(budget, "small", 10);
    reserve(budget, "big", 100);
    reserve(budget, "late", 10);

    assertThat(granted).containsExactly("small");
    small.release();
    assertThat(granted).containsExactly("small", "big");
  }

  @Test
  void aReleasedShareGivesUpItsPlaceInTheQueue() {
    ByteBudget budget = new ByteBudget(100, 100);
    reserve(budget, "first", 60);
    ByteBudget.Share second = reserve(budget, "second", 100);
    reserve(budget, "third", 40);
    second.release();

    assertThat(granted).containsExactly("first", "third");
    assertThat(budget.waiting()).isZero();
  }

  @Test
  void aReleaseAfterwardsDoesNothing() {
    ByteBudget budget = new ByteBudget(100, 100);
    ByteBudget.Share share = reserve(budget, "share", 60);
    share.release();
    share.release();
    share.reserve(10, () -> granted.add("too late"));

    assertThat(budget.used()).isZero();
    assertThat(granted).containsExactly("share");
  }

  @Test
  void settlingGivesBackWhatIsOver() {
    ByteBudget budget = new ByteBudget(100, 100);
    ByteBudget.Share share = grow(budget, "share", 80);
    reserve(budget, "other", 40);
    share.settle(50);

    assertThat(budget.used()).isEqualTo(90);
    assertThat(granted).containsExactly("share", "other");
  }

  @Test
  void nothingNewIsGrantedWhileEnoughWaitsToBeHandedOn() {
    ByteBudget budget = new ByteBudget(100, 50, 20);
    ByteBudget.Share first = reserve(budget, "first", 15);
    ByteBudget.Share second = reserve(budget, "second", 15);
    first.settle(15);
    reserve(budget, "third", 15);
    second.settle(10);
    reserve(budget, "fourth", 15);

    assertThat(granted).containsExactly("first", "second", "third");

    first.release();
    assertThat(granted).containsExactly("first", "second", "third", "fourth");
  }

  @Test
  void growthThatCouldEndInADeadlockWaits() {
    ByteBudget budget = new ByteBudget(100, 60);
    ByteBudget.Share a = grow(budget, "a", 40);
    ByteBudget.Share b = grow(budget, "b", 40);
    a.grow(10, () -> granted.add("a+"));
    b.grow(5, () -> granted.add("b+")); // of the 10 that a still may need and that are left

    assertThat(granted).containsExactly("a", "b", "a+");
    a.grow(10, () -> granted.add("a++"));
    assertThat(granted).containsExactly("a", "b", "a+", "a++");
    a.release();
    assertThat(granted).containsExactly("a", "b", "a+", "a++", "b+");
  }

  @Test
  void growthGoesBeforeWhatIsNew() {
    ByteBudget budget = new ByteBudget(100, 100);
    ByteBudget.Share fixed = reserve(budget, "fixed", 50);
    ByteBudget.Share growing = grow(budget, "growing", 50);
    reserve(budget, "new", 10);
    growing.grow(50, () -> granted.add("grown"));
    fixed.release();

    assertThat(granted).containsExactly("fixed", "growing", "grown");
  }

  @Test
  void aBudgetThatNeverFitsTheLargestIsRefused() {
    assertThatThrownBy(() -> new ByteBudget(10, 11)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Many downloads of known and of unknown length, some given up: all others get to their end. */
  @RepeatedTest(50)
  void noMixtureOfDownloadsDeadlocks(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int largest = 64;
    ByteBudget budget = new ByteBudget(largest + random.nextInt(3 * largest), largest);
    Deque<Runnable> ready = new ArrayDeque<>();
    int[] finished = {0};
    int downloads = 200;
    for (int i = 0; i < downloads; i++) {
      ByteBudget.Share share = budget.share();
      Runnable finish =
          () -> {
            assertThat(budget.used()).isLessThanOrEqualTo(budget.capacity());
            finished[0]++;
            share.release();
          };
      int size = 1 + random.nextInt(largest);
      if (random.nextBoolean()) {
        share.reserve(size, () -> ready.add(finish));
      } else {
        growTo(share, 0, size, ready, finish);
      }
    }

    while (!ready.isEmpty()) {
      ready.remove().run();
    }
    assertThat(finished[0]).isEqualTo(downloads);
    assertThat(budget.used()).isZero();
    assertThat(budget.waiting()).isZero();
  }

  private static void growTo(
      ByteBudget.Share share, int held, int size, Deque<Runnable> ready, Runnable finish) {
    if (held == size) {
      ready.add(finish);
      return;
    }
    int step = Math.min(Math.max(4, held), size - held);
    share.grow(step, () -> ready.add(() -> growTo(share, held + step, size, ready, finish)));
  }

  private ByteBudget.Share reserve(ByteBudget budget, String name, long bytes) {
    ByteBudget.Share share = budget.share();
    share.reserve(bytes, () -> granted.add(name));
    return share;
  }

  private ByteBudget.Share grow(ByteBudget budget, String name, long bytes) {
    ByteBudget.Share share = budget.share();
    share.grow(bytes, () -> granted.add(name));
    return share;
  }
}
