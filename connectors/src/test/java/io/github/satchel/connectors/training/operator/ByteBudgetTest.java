package io.github.satchel.connectors.training.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.transport.UploadException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();
  private final ByteBudget budget = new ByteBudget(100_000);

  @AfterEach
  void stop() {
    end.countDown();
    threads.shutdownNow();
  }

  private CompletableFuture<Integer> spend(long bytes) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return budget.spend(
                bytes,
                () -> {
                  running.incrementAndGet();
                  end.await();
                  return running.decrementAndGet();
                });
          } catch (UploadException | InterruptedException failure) {
            throw new IllegalStateException(failure);
          }
        },
        threads);
  }

  @Test
  void whatDoesNotFitWaitsUntilThereIsRoom() {
    var first = spend(40_000);
    var second = spend(40_000);
    await().until(() -> running.get() == 2);
    CompletableFuture<Integer> third = spend(40_000);

    assertThat(running).hasValue(2);
    assertThat(third).isNotDone();
    end.countDown();
    await().until(() -> first.isDone() && second.isDone() && third.isDone());
  }

  @Test
  void whatIsLargerThanAllGoesAlone() {
    CompletableFuture<Integer> large = spend(1_000_000);
    await().until(() -> running.get() == 1);
    CompletableFuture<Integer> small = spend(1);

    assertThat(small).isNotDone();
    end.countDown();
    await().until(() -> large.isDone() && small.isDone());
  }
}
