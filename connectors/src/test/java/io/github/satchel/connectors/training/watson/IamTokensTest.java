package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import io.github.satchel.testing.SettableClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IamTokensTest {

  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private FakeWatson watson;
  private HttpTransport transport;
  private IamTokens tokens;

  @BeforeEach
  void start() throws IOException {
    watson = new FakeWatson();
    transport = new HttpTransport(Options.transport(Duration.ofSeconds(10)), clock);
    tokens =
        new IamTokens(
            transport,
            watson.url(),
            clock,
            new TrainingMetrics(UnregisteredMetricsGroup.createSinkWriterMetricGroup()));
  }

  @AfterEach
  void stop() {
    transport.close();
    watson.close();
  }

  @Test
  void aTokenIsAskedForAsIamWantsIt() throws Exception {
    assertThat(tokens.token("key+1/2=")).isEqualTo("secret-token-1");

    FakeWatson.Call call = watson.tokenRequests().get(0);
    assertThat(call.path()).isEqualTo("/identity/token");
    assertThat(call.body())
        .isEqualTo(
            "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=key%2B1%2F2%3D");
    assertThat(call.headers())
        .containsEntry("Accept", "application/json")
        .hasEntrySatisfying(
            "Content-type",
            type -> assertThat(type).startsWith("application/x-www-form-urlencoded"))
        .doesNotContainKey("Authorization");
  }

  @Test
  void aTokenIsKeptForFourFifthsOfItsLife() throws Exception {
    String token = tokens.token("key");

    clock.advance(Duration.ofSeconds(2879));
    assertThat(tokens.token("key")).isEqualTo(token);
    clock.advance(Duration.ofSeconds(1));
    assertThat(tokens.token("key")).isNotEqualTo(token);
    assertThat(watson.tokenRequests()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"20, 9, 10", "50, 39, 40", "100, 79, 80"})
  void theLastTenSecondsOfATokenAreNotUsed(int life, int stillGood, int noLonger) throws Exception {
    watson.tokenRequests.add(
        FakeWatson.answering(
            200, "{\"access_token\":\"short\",\"expires_in\":%d}".formatted(life)));

    assertThat(tokens.token("key")).isEqualTo("short");

    clock.advance(Duration.ofSeconds(stillGood));
    assertThat(tokens.token("key")).isEqualTo("short");
    clock.advance(Duration.ofSeconds(noLonger - stillGood));
    assertThat(tokens.token("key")).isNotEqualTo("short");
  }

  @Test
  void keysHaveTokensOfTheirOwn() throws Exception {
    assertThat(tokens.token("one")).isNotEqualTo(tokens.token("two"));
  }

  @Test
  void oneRequestServesAllWhoWait() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    watson.tokenRequests.add(
        (exchange, call) -> {
          try {
            release.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          FakeWatson.answering(200, "{\"access_token\":\"shared\",\"expires_in\":3600}")
              .answer(exchange, call);
        });
    Set<Thread> callers = new HashSet<>();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            20,
            task -> {
              Thread thread = new Thread(task);
              callers.add(thread);
              return thread;
            });
    try {
      List<Future<String>> waiting = new ArrayList<>();
      for (int caller = 0; caller < 20; caller++) {
        waiting.add(pool.submit(() -> tokens.token("key")));
      }
      await()
          .until(
              () ->
                  callers.stream()
                          .filter(thread -> thread.getState() == Thread.State.WAITING)
                          .count()
                      == 19);
      release.countDown();

      for (Future<String> caller : waiting) {
        assertThat(caller.get()).isEqualTo("shared");
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(watson.tokenRequests()).hasSize(1);
  }

  @Test
  void aTokenThatWasNotAcceptedIsDropped() throws Exception {
    String token = tokens.token("key");
    tokens.drop("key", token);

    String next = tokens.token("key");

    assertThat(next).isNotEqualTo(token);
    tokens.drop("key", token);
    assertThat(tokens.token("key")).isEqualTo(next);
  }

  @Test
  void aFailureIsNotKeptAndHoldsNoSecret() throws Exception {
    watson.tokenRequests.add(
        FakeWatson.answering(
            400, "{\"errorCode\":\"BXNIM0415E\",\"errorMessage\":\"no such key: my-secret\"}"));

    assertThatThrownBy(() -> tokens.token("my-secret"))
        .isInstanceOfSatisfying(
            UploadException.class,
            failure -> assertThat(failure.verdict()).isEqualTo(Verdict.CREDENTIALS_REJECTED))
        .hasMessage("IAM gave no token, status 400 BXNIM0415E");
    assertThat(tokens.token("my-secret")).isEqualTo("secret-token-1");
  }
}
