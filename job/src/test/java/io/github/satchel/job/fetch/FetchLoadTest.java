package io.github.satchel.job.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.SatchelOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many downloads at once. */
class FetchLoadTest {

  private static final int SIZE = 300_000;
  private static final byte[] PICTURE = Fetching.picture(SIZE);
  private static final TestNames NAMES =
      new TestNames(Map.of("a.test", "127.0.0.2", "b.test", "127.0.0.2", "dead.test", "127.0.0.2"));

  private TestServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new TestServer("127.0.0.2");
    server.on("/known", (request, connection) -> connection.picture(PICTURE));
    server.on(
        "/unknown",
        (request, connection) -> {
          connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          connection.write(Integer.toHexString(SIZE) + "\r\n");
          connection.write(PICTURE);
          connection.write("\r\n0\r\n\r\n");
        });
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void neverAreMoreBytesInFlightThanTheBudget() {
    int budget = 1_000_000;
    Configuration config =
        Fetching.config(server.port())
            .set(SatchelOptions.FETCH_MAX_SIZE, new MemorySize(SIZE))
            .set(SatchelOptions.FETCH_MEMORY, new MemorySize(budget))
            .set(SatchelOptions.FETCH_MAX_PER_HOST, 50);
    AtomicLong most = new AtomicLong();
    try (Fetching fetching = new Fetching(config, NAMES)) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String url =
            "http://%s.test:%d/%s?%d"
                .formatted(
                    i % 4 < 2 ? "a" : "b", server.port(), i % 2 == 0 ? "known" : "unknown", i);
        all.add(
            fetching
                .start(url)
                .thenAccept(
                    outcome -> {
                      assertThat(outcome.picture()).isEqualTo(PICTURE);
                      most.accumulateAndGet(fetching.budget().used(), Math::max);
                      outcome.release().run();
                    }));
      }

      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
          .orTimeout(Fetching.HANG.toSeconds(), TimeUnit.SECONDS)
          .join();
      assertThat(most.get()).isBetween((long) SIZE, (long) budget);
      assertThat(fetching.budget().used()).isZero();
    }
  }

  @Test
  void aDeadHostDoesNotHoldUpTheOthers() {
    server.on("/silent", (request, connection) -> new CountDownLatch(1).await());
    try (Fetching fetching = new Fetching(Fetching.config(server.port()), NAMES)) {
      List<CompletableFuture<Fetching.Outcome>> dead = new ArrayList<>();
      List<CompletableFuture<Fetching.Outcome>> alive = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        dead.add(fetching.start("http://dead.test:" + server.port() + "/silent?" + i));
        // Let go of in the order in which they arrive, as the operator hands them on: those that
        // wait hold up others.
        alive.add(
            fetching
                .start("http://a.test:" + server.port() + "/known?" + i)
                .whenComplete((outcome, failure) -> outcome.release().run()));
      }

      alive.forEach(each -> assertThat(Fetching.await(each).picture()).isEqualTo(PICTURE));
      dead.forEach(
          each ->
              assertThat(Fetching.await(each).failure().code())
                  .isEqualTo(FailureCode.IMAGE_TIMEOUT));
      assertThat(server.requests("/silent"))
          .as("as many as the ceiling, and those who took the places of the first that left")
          .hasSizeLessThanOrEqualTo(16);
    }
  }
}
