package io.github.satchel.connectors.training.watson;

import static io.github.satchel.connectors.training.watson.WatsonFixture.classifier;
import static io.github.satchel.connectors.training.watson.WatsonFixture.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsPoolTest {

  private WatsonFixture fixture;
  private FakeWatson watson;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    fixture = new WatsonFixture(directory);
    watson = fixture.watson;
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aKeyWhosePlanWasFullIsLeftAloneByOtherTrainingsForAWhile() throws Exception {
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    fixture.upload(fixture.pets("r1", "first", "second"));
    int calls = watson.calls.size();

    TrainingEvent outcome = fixture.upload(fixture.pets("r2", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(watson.calls.subList(calls, watson.calls.size()))
        .extracting(FakeWatson.Call::method)
        .containsExactly("GET", "POST");
    fixture.clock.advance(Duration.ofMinutes(1));
    assertThat(classifier(fixture.upload(fixture.pets("r3", "first", "second"))).credentials())
        .isEqualTo("first");
  }

  @Test
  void aRejectedKeyInItsCoolDownIsStillReportedByName() throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(400, "{\"errorCode\":\"BXNIM0415E\"}"));
    fixture.upload(fixture.pets("r1", "first", "second"));

    TrainingEvent outcome = fixture.upload(fixture.pets("r2", "first", "second"));

    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
    assertThat(watson.tokenRequests()).hasSize(2);
  }

  @Test
  void aRejectedKeyThatIsOfUseAgainIsNotReported() throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(400, "{\"errorCode\":\"BXNIM0415E\"}"));
    fixture.upload(fixture.pets("r1", "first"));

    TrainingEvent outcome = fixture.upload(fixture.pets("r2", "first"));

    assertThat(classifier(outcome).credentials()).isEqualTo("first");
    assertThat(WatsonFixture.rejected(outcome)).isEmpty();
  }

  @Test
  void aKeyThatWasReplacedHasNoCoolDown() throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(400, "{\"errorCode\":\"BXNIM0415E\"}"));
    fixture.upload(fixture.pets("r1", "first", "second"));
    fixture.credentials.put("first", new Credentials(watson.url(), "secret-key-new"));

    assertThat(classifier(fixture.upload(fixture.pets("r2", "first", "second"))).credentials())
        .isEqualTo("first");
  }

  @Test
  void ifAllKeysCoolDownTheyAreTriedAllTheSame() throws Exception {
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    fixture.upload(fixture.pets("r1", "first", "second"));

    assertThat(classifier(fixture.upload(fixture.pets("r2", "first", "second"))).credentials())
        .isEqualTo("first");
  }

  @Test
  void aKeyThatTheServiceAskedToLeaveAloneIsLeftAloneAndReported() throws Exception {
    watson.creates.add(
        (exchange, call) -> {
          exchange.getResponseHeaders().set("Retry-After", "600");
          FakeWatson.answering(429, "").answer(exchange, call);
        });
    fixture.upload(fixture.pets("r1", "first"));
    int calls = watson.calls.size();

    TrainingEvent outcome = fixture.upload(fixture.pets("r2", "first"));

    assertThat(error(outcome).code()).isEqualTo("rate-limited");
    assertThat(watson.calls).hasSize(calls);
    fixture.clock.advance(Duration.ofMinutes(10));
    assertThat(classifier(fixture.upload(fixture.pets("r3", "first"))).credentials())
        .isEqualTo("first");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 501, 302, 307})
  void aUrlWithoutAServiceMovesOnToTheNextCredentials(int status) throws Exception {
    watson.lists.add(FakeWatson.answering(status, "<html>nothing here</html>"));

    TrainingEvent outcome = fixture.upload(fixture.pets("r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).isEmpty();
    assertThat(fixture.counts()).containsEntry("servicesAbsent", 1L);
  }

  @Test
  void aUrlThatNobodyListensAtMovesOnToTheNextCredentials() throws Exception {
    fixture.credentials.put("first", new Credentials(deadUrl(), "key", Auth.BASIC));

    TrainingEvent outcome = fixture.upload(fixture.pets("r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void aKeyInItsCoolDownIsTriedOnlyOnceSoThatTrainingsInVainHoldUpNobody() throws Exception {
    for (int look = 0; look <= Options.MAX_ATTEMPTS; look++) {
      watson.lists.add(FakeWatson.answering(503, ""));
    }
    fixture.upload(fixture.pets("r1", "first"));
    assertThat(watson.lists()).hasSize(Options.MAX_ATTEMPTS);

    error(fixture.upload(fixture.pets("r2", "first")));

    assertThat(watson.lists()).hasSize(Options.MAX_ATTEMPTS + 1);
  }

  @Test
  void ifNobodyListensAnywhereTheUploadFails() throws Exception {
    fixture.credentials.put("first", new Credentials(deadUrl(), "key", Auth.BASIC));

    TrainingEvent outcome = fixture.upload(fixture.pets("r1", "first"));

    assertThat(error(outcome).code()).isEqualTo("upload-failed");
    assertThat(error(outcome).message()).contains("no service at their url (first)");
  }

  private static String deadUrl() throws IOException {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + closed.getLocalPort();
    }
  }

  @Test
  void aKeyCanBeShownAsBasicAuthentication() throws Exception {
    fixture.credentials.put("first", new Credentials(watson.url(), "secret-key-basic", Auth.BASIC));

    classifier(fixture.upload(fixture.pets("r1", "first")));

    assertThat(watson.classifiers("secret-key-basic")).isEqualTo(1);
    assertThat(watson.tokenRequests()).isEmpty();
  }

  @Test
  void aLegacyKeyIsShownInTheQueryWithTheOldVersion() throws Exception {
    fixture.credentials.put("first", new Credentials(watson.url(), "secret&1", Auth.API_KEY));

    Classifier classifier = classifier(fixture.upload(fixture.pets("r1", "first")));

    assertThat(watson.classifiers("secret&1")).isEqualTo(1);
    assertThat(watson.creates().get(0).path())
        .isEqualTo("/v3/classifiers?version=2016-05-20&api_key=secret%261");
    assertThat(watson.creates().get(0).headers()).doesNotContainKey("Authorization");
    assertThat(classifier.url()).doesNotContain("secret");
  }

  @Test
  void noMoreCallsRunUnderAKeyThanItAllowsAndThoseUnderOthersDoNotWait() throws Exception {
    CredentialsPool pool = CredentialsPool.open("gates", Duration.ZERO, 2, 1, fixture.clock);
    Credentials busy = new Credentials(watson.url(), "busy");
    Semaphore going = new Semaphore(0);
    CountDownLatch end = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<CompletableFuture<Void>> calls = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        calls.add(
            CompletableFuture.runAsync(
                () ->
                    call(
                        pool,
                        busy,
                        () -> {
                          most.accumulateAndGet(running.incrementAndGet(), Math::max);
                          going.release();
                          end.await();
                          return running.decrementAndGet();
                        }),
                threads));
      }
      going.acquire(2);
      call(pool, new Credentials(watson.url(), "idle"), () -> 0);
      assertThat(running).hasValue(2);
      end.countDown();
      await().until(() -> calls.stream().allMatch(CompletableFuture::isDone));
      assertThat(most).hasValue(2);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void noMoreKeysAreLeftAloneThanAreBounded() {
    CredentialsPool pool = CredentialsPool.open("many", Duration.ofMinutes(1), 2, 1, fixture.clock);
    for (int i = 0; i < 10_001; i++) {
      pool.startCoolDown(account(i), Verdict.CREDENTIALS_REJECTED, null);
    }

    assertThat(pool.coolDown(account(9_999))).isPresent();
    assertThat(pool.coolDown(account(10_000))).isEmpty();
    fixture.clock.advance(Duration.ofMinutes(1));
    pool.startCoolDown(account(10_000), Verdict.CREDENTIALS_REJECTED, null);
    assertThat(pool.coolDown(account(10_000))).isPresent();
  }

  /**
   * Issue 14, 11: each subtask used to allow all of the calls, and to learn of full plans alone.
   */
  @Test
  void theSubtasksOfAJobInAProcessShareCallsAndCoolDowns() {
    try (CredentialsPool one = pool("job", 20, 4);
        CredentialsPool two = pool("job", 20, 4);
        CredentialsPool other = pool("another", 20, 4)) {
      assertThat(one.maxCalls()).as("two of four subtasks").isEqualTo(10);

      one.startCoolDown(account(1), Verdict.PLAN_FULL, null);

      assertThat(two.coolDown(account(1))).isPresent();
      assertThat(other.coolDown(account(1))).isEmpty();
    }
  }

  @Test
  void everySubtaskMayMakeACall() {
    try (CredentialsPool pool = pool("wide", 4, 8)) {
      assertThat(pool.maxCalls()).isEqualTo(1);
    }
  }

  private CredentialsPool pool(String job, int maxCalls, int parallelism) {
    return CredentialsPool.open(job, Duration.ofMinutes(1), maxCalls, parallelism, fixture.clock);
  }

  private Account account(int number) {
    return new Account("class-7", new Credentials(watson.url(), "key-" + number));
  }

  private static void call(
      CredentialsPool pool, Credentials credentials, Retrier.Step<Integer> step) {
    try {
      pool.call(credentials, step);
    } catch (UploadException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
