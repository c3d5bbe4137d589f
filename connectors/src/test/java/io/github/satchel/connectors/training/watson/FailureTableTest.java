package io.github.satchel.connectors.training.watson;

import static io.github.satchel.connectors.training.watson.WatsonFixture.classifier;
import static io.github.satchel.connectors.training.watson.WatsonFixture.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.credentials.TestKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every failure that the service is known for: what is told, what is counted, and how many
 * classifiers there are in the end.
 */
class FailureTableTest {

  private static final String OVER_LIMIT =
      "{\"status\":\"ERROR\",\"statusInfo\":\"Key is over transaction limit\"}";

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

  private TrainingEvent uploadWithTwoKeys() throws Exception {
    return fixture.upload(fixture.pets("r1", "first", "second"));
  }

  private TrainingEvent uploadWithOneKey() throws Exception {
    return fixture.upload(fixture.pets("r1", "first"));
  }

  private void assertUploaded(TrainingEvent outcome, String credentials) {
    assertThat(classifier(outcome).credentials()).isEqualTo(credentials);
    assertClassifiers(credentials.equals("first") ? 1 : 0, credentials.equals("first") ? 0 : 1);
  }

  private void assertFailed(TrainingEvent outcome, String code) {
    assertThat(error(outcome).code()).isEqualTo(code);
    assertClassifiers(0, 0);
  }

  private void assertClassifiers(int first, int second) {
    assertThat(watson.classifiers("secret-key-first")).isEqualTo(first);
    assertThat(watson.classifiers("secret-key-second")).isEqualTo(second);
  }

  private void assertCounted(String counter, long count, Map<String, Long> others) {
    Map<String, Long> counts = fixture.counts();
    counts.remove("tokensRequested");
    assertThat(counts)
        .containsEntry(counter, count)
        .containsAllEntriesOf(others)
        .hasSize(1 + others.size());
  }

  private void failCreates(int times, int status, String body) {
    for (int i = 0; i < times; i++) {
      watson.creates.add(FakeWatson.answering(status, body));
    }
  }

  @Test
  void aFullPlanMovesOnToTheNextCredentials() throws Exception {
    failCreates(1, 400, FakeWatson.PLAN_FULL);

    assertUploaded(uploadWithTwoKeys(), "second");
    assertCounted("plansFull", 1, Map.of("classifiersCreated", 1L));
  }

  @Test
  void aFullPlanExhaustsTheCredentialsIfNoneIsLeft() throws Exception {
    failCreates(2, 400, FakeWatson.PLAN_FULL);

    assertFailed(uploadWithTwoKeys(), "credentials-exhausted");
    assertCounted("plansFull", 2, Map.of());
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 403})
  void aRateLimitOfThePlanMovesOnToTheNextCredentials(int status) throws Exception {
    failCreates(1, status, OVER_LIMIT);

    assertUploaded(uploadWithTwoKeys(), "second");
    assertCounted("rateLimits", 1, Map.of("classifiersCreated", 1L));
  }

  @Test
  void aRateLimitOfThePlanIsReportedIfNoneIsLeft() throws Exception {
    failCreates(1, 200, OVER_LIMIT);

    assertFailed(uploadWithOneKey(), "rate-limited");
    assertCounted("rateLimits", 1, Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "401, '{\"code\":401,\"error\":\"Unauthorized\"}'",
    "403, '{\"code\":403,\"error\":\"Forbidden\"}'"
  })
  void aBadKeyMovesOnAndIsReportedByItsName(int status, String body) throws Exception {
    watson.lists.add(FakeWatson.answering(status, body));
    if (status == 401) {
      watson.lists.add(FakeWatson.answering(status, body));
    }

    TrainingEvent outcome = uploadWithTwoKeys();

    assertUploaded(outcome, "second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
    assertCounted("credentialsRejected", 1, Map.of("classifiersCreated", 1L));
  }

  @Test
  void aBadKeyIsReportedIfNoneIsLeft() throws Exception {
    watson.lists.add(FakeWatson.answering(403, "{\"code\":403,\"error\":\"Forbidden\"}"));

    TrainingEvent outcome = uploadWithOneKey();

    assertFailed(outcome, "credentials-rejected");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
    assertCounted("credentialsRejected", 1, Map.of());
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedIfTheKeyIsGood() throws Exception {
    failCreates(1, 413, "<html>Request Entity Too Large</html>");

    assertFailed(uploadWithTwoKeys(), "upload-refused");
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void aBodyThatIsTooLargeForABadKeyIsABadKey() throws Exception {
    watson.creates.add(
        (exchange, call) -> {
          watson.lists.add(FakeWatson.answering(403, "{\"code\":403,\"error\":\"Forbidden\"}"));
          FakeWatson.answering(413, "<html>Request Entity Too Large</html>").answer(exchange, call);
        });

    TrainingEvent outcome = uploadWithTwoKeys();

    assertUploaded(outcome, "second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
    assertCounted("credentialsRejected", 1, Map.of("classifiersCreated", 1L));
  }

  @ParameterizedTest
  @CsvSource({
    "200, '{\"error\":{\"code\":500,\"description\":\"learning task failed\"}}'",
    "429, '{\"error\":\"too many requests\"}'",
    "500, '{\"error\":\"internal\"}'",
    "502, '<html>bad gateway</html>'",
    "503, '<html>unavailable</html>'",
    "504, '<html>gateway time-out</html>'"
  })
  void whatPassesIsTriedAgainAfterALook(int status, String body) throws Exception {
    failCreates(1, status, body);

    assertUploaded(uploadWithTwoKeys(), "first");
    assertThat(watson.lists()).hasSize(2);
    assertCounted("retries", 1, Map.of("classifiersCreated", 1L));
  }

  @Test
  void whatDoesNotPassFailsTheUpload() throws Exception {
    failCreates(Options.MAX_ATTEMPTS, 503, "");

    assertFailed(uploadWithTwoKeys(), "upload-failed");
    assertCounted("retries", Options.MAX_ATTEMPTS - 1, Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "Sun, 01 Mar 2026 12:00:01 GMT"})
  void aRetryAfterIsWaitedFor(String retryAfter) throws Exception {
    watson.creates.add(
        (exchange, call) -> {
          exchange.getResponseHeaders().set("Retry-After", retryAfter);
          FakeWatson.answering(503, "").answer(exchange, call);
        });
    long start = System.nanoTime();

    assertUploaded(uploadWithTwoKeys(), "first");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
    assertCounted("retries", 1, Map.of("classifiersCreated", 1L));
  }

  @Test
  void aLostAnswerIsLookedUpAndNothingIsSentAgain() throws Exception {
    watson.creates.add(watson.losingTheAnswer());

    assertUploaded(uploadWithTwoKeys(), "first");
    assertThat(watson.creates()).hasSize(1);
    assertCounted("classifiersAdopted", 1, Map.of());
  }

  @Test
  void anAnswerThatTakesTooLongIsLookedUpAndNothingIsSentAgain() throws Exception {
    watson.creates.add(
        (exchange, call) -> {
          watson.addClassifier("secret-key-first", "slow_1", "My pets");
          watson.hanging().answer(exchange, call);
        });

    assertUploaded(uploadWithTwoKeys(), "first");
    assertThat(watson.creates()).hasSize(1);
    assertCounted("classifiersAdopted", 1, Map.of());
  }

  @Test
  void aRefusalAfterALostAnswerIsNotBelievedBeforeALook() throws Exception {
    failCreates(1, 503, "");
    watson.creates.add(
        (exchange, call) -> {
          watson.addClassifier("secret-key-first", "late_1", "My pets");
          FakeWatson.answering(400, "{\"error\":{\"description\":\"name is taken\"}}")
              .answer(exchange, call);
        });

    assertUploaded(uploadWithTwoKeys(), "first");
    assertCounted("classifiersAdopted", 1, Map.of("retries", 1L));
  }

  @Test
  void badTrainingDataIsReportedAndNeverSentAgain() throws Exception {
    failCreates(1, 400, "{\"error\":{\"code\":400,\"description\":\"corrupt image\"}}");

    TrainingEvent outcome = uploadWithTwoKeys();

    assertFailed(outcome, "upload-refused");
    assertThat(error(outcome).message()).contains("corrupt image");
    assertThat(watson.creates()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"BXNIM0415E", "BXNIM0434E"})
  void aKeyThatIamRefusesMovesOnAndIsReportedByItsName(String errorCode) throws Exception {
    watson.tokenRequests.add(
        FakeWatson.answering(400, "{\"errorCode\":\"%s\"}".formatted(errorCode)));

    TrainingEvent outcome = uploadWithTwoKeys();

    assertUploaded(outcome, "second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
    assertCounted("credentialsRejected", 1, Map.of("classifiersCreated", 1L));
  }

  @ParameterizedTest
  @CsvSource({
    "ec-1, secret-key, it cannot be decrypted with key ec-1",
    "gone-1, secret-key, the job has no key gone-1",
    "ec-1, '', what it holds is not the JSON of credentials"
  })
  void whatCannotBeDecryptedMovesOnAndIsReportedWithTheReason(String kid, String key, String reason)
      throws Exception {
    String jwe =
        TestKeys.encrypt(
            key.isEmpty() ? TestKeys.EC : TestKeys.OTHER,
            TestKeys.header(TestKeys.EC).keyID(kid).build(),
            TestKeys.credentials(watson.url(), key));

    TrainingEvent outcome =
        fixture.upload(
            TestTrainings.bringing(fixture.pets("r1", "first", "second"), Map.of("first", jwe)));

    assertUploaded(outcome, "second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
    assertThat(WatsonFixture.reasons(outcome).get("first")).startsWith(reason);
    assertCounted("credentialsRejected", 1, Map.of("classifiersCreated", 1L));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void anIamThatFailsInPassingIsAskedAgain(int status) throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(status, ""));

    assertUploaded(uploadWithTwoKeys(), "first");
    assertCounted("retries", 1, Map.of("classifiersCreated", 1L));
  }
}
