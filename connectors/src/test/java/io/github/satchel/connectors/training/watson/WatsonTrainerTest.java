package io.github.satchel.connectors.training.watson;

import static io.github.satchel.connectors.training.watson.WatsonFixture.classifier;
import static io.github.satchel.connectors.training.watson.WatsonFixture.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WatsonTrainerTest {

  private Path directory;
  private WatsonFixture fixture;
  private FakeWatson watson;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    this.directory = directory;
    fixture = new WatsonFixture(directory);
    watson = fixture.watson;
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private TrainingEvent upload(Training training) throws InterruptedException {
    return fixture.upload(training);
  }

  @Test
  void uploadsTheArchivesAsTheServiceWantsThem() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    byte[] cat = Files.readAllBytes(TestTrainings.file(training.archives().get(0).uri()));
    byte[] dog = Files.readAllBytes(TestTrainings.file(training.archives().get(1).uri()));

    TrainingEvent outcome = upload(training);

    Classifier classifier =
        new Classifier(
            "My_pets_2",
            "My pets",
            "training",
            Instant.parse("2018-03-17T19:01:30.536Z"),
            watson.url() + "/v3/classifiers/My_pets_2",
            "first");
    assertThat(outcome)
        .isEqualTo(
            new TrainingEvent(
                training,
                Kind.UPLOADED,
                WatsonFixture.NOW,
                classifier,
                null,
                TrainingEvent.Upload.NONE));
    assertThat(watson.creates()).hasSize(1);
    FakeWatson.Call create = watson.creates().get(0);
    assertThat(create.path()).isEqualTo("/v3/classifiers?version=2018-03-19");
    assertThat(create.headers())
        .containsEntry("Authorization", "Bearer secret-token-1")
        .containsEntry("X-watson-learning-opt-out", "true")
        .containsEntry("Content-length", String.valueOf(create.body().length()))
        .doesNotContainKey("Transfer-encoding");
    assertThat(create.headers().get("Content-type")).startsWith("multipart/form-data; boundary=");
    assertThat(create.body())
        .contains("name=\"name\"\r\n\r\nMy pets\r\n")
        .contains(part("cat", cat))
        .contains(part("dog", dog));
    assertThat(watson.calls).allMatch(call -> !call.path().contains("secret"));
    assertThat(watson.lists()).allMatch(call -> call.path().endsWith("?version=2018-03-19"));
  }

  private static String part(String name, byte[] content) {
    return "Content-Disposition: form-data; name=\"%s_positive_examples\"; filename=\"%s.zip\"\r\nContent-Type: application/octet-stream\r\n\r\n%s\r\n--"
        .formatted(name, name, new String(content, StandardCharsets.ISO_8859_1));
  }

  @Test
  void namesOutsideAsciiArriveInUtf8() throws Exception {
    Training pets = TestTrainings.pets(directory, "r1", "first");
    ExampleArchive cat = pets.archives().get(0);
    Training training =
        new Training(
            pets.id(),
            "Mes bêtes",
            List.of(
                new ExampleArchive("bête", cat.uri(), cat.bytes(), 10, null),
                pets.archives().get(1)),
            pets.journal(),
            pets.credentials(),
            pets.replaces(),
            pets.attributes());

    Classifier classifier = Objects.requireNonNull(upload(training).classifier());

    assertThat(classifier.name()).isEqualTo("Mes bêtes");
    assertThat(classifier.url()).matches(".*/v3/classifiers/Mes_b%C3%AAtes_\\d+");
    assertThat(watson.creates().get(0).textBody())
        .contains("name=\"bête_positive_examples\"; filename=\"cat.zip\"");
  }

  @Test
  void archivesOfAnUploadedTrainingAreDeletedAndTheJournalStays() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");

    upload(training);

    assertThat(directory.resolve("r1")).isDirectoryContaining("glob:**upload.json");
    assertThat(directory.resolve("r1").toFile().list()).hasSize(1);
  }

  @Test
  void archivesStayIfTheyAreToBeKept() throws Exception {
    fixture.restart(true, Options.watson(watson.url()), Options.transport(Duration.ofSeconds(2)));

    upload(TestTrainings.pets(directory, "r1", "first"));

    assertThat(directory.resolve("r1").toFile().list())
        .containsExactlyInAnyOrder("cat.zip", "dog.zip", "upload.json");
  }

  @Test
  void archivesOfAFailedTrainingStay() throws Exception {
    watson.creates.add(FakeWatson.answering(400, "{\"error\":{\"description\":\"bad images\"}}"));

    upload(TestTrainings.pets(directory, "r1", "first"));

    assertThat(directory.resolve("r1/cat.zip")).exists();
  }

  @Test
  void aFullPlanMovesOnToTheNextCredentials() throws Exception {
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).isEmpty();
    assertThat(watson.classifiers("secret-key-second")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"BXNIM0415E", "BXNIM0434E"})
  void aKeyThatIamDoesNotKnowMovesOnAndIsReportedByName(String errorCode) throws Exception {
    watson.tokenRequests.add(
        FakeWatson.answering(400, "{\"errorCode\":\"%s\"}".formatted(errorCode)));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
  }

  @ParameterizedTest
  @CsvSource({
    "401, '{\"code\":401,\"error\":\"Unauthorized\"}'",
    "403, '{\"code\":403,\"error\":\"Forbidden\"}'"
  })
  void aKeyThatTheServiceRejectsMovesOnAndIsReportedByName(int status, String body)
      throws Exception {
    watson.creates.add(FakeWatson.answering(status, body));
    if (status == 401) {
      watson.creates.add(FakeWatson.answering(status, body));
    }

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
  }

  @Test
  void credentialsThatAreNotThereMoveOnAndAreReported() throws Exception {
    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "missing", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("missing");
  }

  @Test
  void aTokenThatWasRevokedEarlyIsReplaced() throws Exception {
    upload(TestTrainings.pets(directory, "r1", "first"));
    watson.lists.add(FakeWatson.answering(401, "{\"code\":401,\"error\":\"Unauthorized\"}"));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r2", "first"));

    assertThat(outcome.kind()).isEqualTo(Kind.UPLOADED);
    assertThat(watson.tokenRequests()).hasSize(2);
    assertThat(watson.creates().get(1).headers())
        .doesNotContainEntry(
            "Authorization", watson.creates().get(0).headers().get("Authorization"));
  }

  @Test
  void everyPlanFullExhaustsTheCredentials() throws Exception {
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(error(outcome).code()).isEqualTo("credentials-exhausted");
    assertThat(error(outcome).message())
        .isEqualTo(
            "No credentials could be used: plan full (first, second)."
                + " Delete a classifier that is no longer needed, or add credentials.");
  }

  @Test
  void oneFullPlanAmongOtherFailuresIsWhatIsReported() throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(400, "{\"errorCode\":\"BXNIM0415E\"}"));
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.creates.add(
        FakeWatson.answering(
            200, "{\"status\":\"ERROR\",\"statusInfo\":\"Key is over transaction limit\"}"));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second", "third"));

    assertThat(error(outcome).code()).isEqualTo("credentials-exhausted");
    assertThat(error(outcome).message()).contains("first", "second", "third");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
  }

  @Test
  void aRateLimitComesBeforeARejectedKey() throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(400, "{\"errorCode\":\"BXNIM0415E\"}"));
    watson.creates.add(
        FakeWatson.answering(
            400, "{\"status\":\"ERROR\",\"statusInfo\":\"Key is over transaction limit\"}"));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(error(outcome).code()).isEqualTo("rate-limited");
  }

  @Test
  void onlyRejectedKeysAreReportedAsSuch() throws Exception {
    watson.lists.add(FakeWatson.answering(403, "{\"code\":403,\"error\":\"Forbidden\"}"));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "missing"));

    assertThat(error(outcome).code()).isEqualTo("credentials-rejected");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first", "missing");
  }

  @Test
  void aTrainingWithoutCredentialsFails() throws Exception {
    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1"));

    assertThat(error(outcome).code()).isEqualTo("credentials-rejected");
    assertThat(error(outcome).message()).contains("none are named");
  }

  @Test
  void badTrainingDataIsReportedAndNotSentAgain() throws Exception {
    watson.creates.add(
        FakeWatson.answering(400, "{\"error\":{\"code\":400,\"description\":\"too few images\"}}"));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(error(outcome).code()).isEqualTo("upload-refused");
    assertThat(error(outcome).message()).contains("too few images");
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void anUploadThatIsTooLargeIsRefused() throws Exception {
    watson.creates.add(FakeWatson.answering(413, "<html>Request Entity Too Large</html>"));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first"));

    assertThat(error(outcome).code()).isEqualTo("upload-refused");
    assertThat(watson.lists()).hasSize(2);
  }

  @Test
  void anUploadThatIsTooLargeForABadKeyMovesOn() throws Exception {
    watson.creates.add(
        (exchange, call) -> {
          watson.lists.add(FakeWatson.answering(403, "{\"code\":403,\"error\":\"Forbidden\"}"));
          FakeWatson.answering(413, "<html>Request Entity Too Large</html>").answer(exchange, call);
        });

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("first");
  }

  @ParameterizedTest
  @CsvSource({
    "500, '{\"error\":\"internal\"}'",
    "503, '<html>unavailable</html>'",
    "429, '{\"error\":\"too many requests\"}'",
    "200, '{\"error\":{\"code\":500,\"description\":\"learning task failed\"}}'",
    "200, '{}'",
    "204, ''"
  })
  void aFailureThatCanPassIsTriedAgainAfterALook(int status, String body) throws Exception {
    watson.creates.add(FakeWatson.answering(status, body));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("first");
    assertThat(watson.creates()).hasSize(2);
    assertThat(watson.calls.stream().map(FakeWatson.Call::method).skip(1))
        .containsExactly("GET", "POST", "GET", "POST");
  }

  @Test
  void aThrottledKeyMovesOnWhenItsAttemptsAreUsedUp() throws Exception {
    for (int attempt = 0; attempt < Options.MAX_ATTEMPTS; attempt++) {
      watson.creates.add(FakeWatson.answering(429, ""));
    }

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
  }

  @Test
  void aLongerRetryAfterThanAllowedMovesOnAtOnce() throws Exception {
    watson.creates.add(
        (exchange, call) -> {
          exchange.getResponseHeaders().set("Retry-After", "86400");
          FakeWatson.answering(429, "").answer(exchange, call);
        });

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(watson.creates()).hasSize(2);
  }

  @Test
  void aServiceThatStaysAwayFailsTheUpload() throws Exception {
    for (int attempt = 0; attempt < Options.MAX_ATTEMPTS; attempt++) {
      watson.creates.add(FakeWatson.answering(503, ""));
    }

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(error(outcome).code()).isEqualTo("upload-failed");
    assertThat(error(outcome).message()).contains("status 503").contains("later");
    assertThat(watson.creates()).hasSize(Options.MAX_ATTEMPTS);
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 501, 302})
  void anAnswerThatWillNotChangeIsNotAskedForAgain(int status) throws Exception {
    watson.creates.add(FakeWatson.answering(status, ""));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first"));

    assertThat(error(outcome).code()).isEqualTo("upload-failed");
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void aCreateWhoseAnswerIsLostIsLookedUpAndNotSentTwice() throws Exception {
    watson.creates.add(watson.losingTheAnswer());

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first"));

    assertThat(classifier(outcome).name()).isEqualTo("My pets");
    assertThat(watson.creates()).hasSize(1);
    assertThat(watson.classifiers("secret-key-first")).isEqualTo(1);
  }

  @Test
  void aCreateThatTakesTooLongIsLookedUpAndNotSentTwice() throws Exception {
    watson.creates.add(
        (exchange, call) -> {
          watson.addClassifier("secret-key-first", "slow_1", "My pets");
          watson.hanging().answer(exchange, call);
        });

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first"));

    assertThat(classifier(outcome).id()).isEqualTo("slow_1");
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void aPlanThatIsFullOfTheLostClassifierIsNotFull() throws Exception {
    watson.creates.add(FakeWatson.answering(503, ""));
    watson.creates.add(
        (exchange, call) -> {
          watson.addClassifier("secret-key-first", "late_1", "My pets");
          FakeWatson.answering(400, FakeWatson.PLAN_FULL).answer(exchange, call);
        });

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(classifier(outcome).id()).isEqualTo("late_1");
  }

  @Test
  void aNamesakeThatWasThereBeforeIsNotTakenForTheLostClassifier() throws Exception {
    watson.addClassifier("secret-key-first", "somebody_elses_1", "My pets");
    watson.creates.add(FakeWatson.answering(503, ""));

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first"));

    assertThat(classifier(outcome).id()).isNotEqualTo("somebody_elses_1");
    assertThat(watson.creates()).hasSize(2);
  }

  @Test
  void noSecondCreateIsSentIfTheLookIsImpossible() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    watson.creates.add(
        (exchange, call) -> {
          for (int look = 0; look < Options.MAX_ATTEMPTS; look++) {
            watson.lists.add(
                (listing, ignored) -> {
                  looks.incrementAndGet();
                  FakeWatson.answering(503, "").answer(listing, ignored);
                });
          }
          FakeWatson.answering(503, "").answer(exchange, call);
        });

    TrainingEvent outcome = upload(TestTrainings.pets(directory, "r1", "first", "second"));

    assertThat(error(outcome).code()).isEqualTo("upload-failed");
    assertThat(error(outcome).message()).contains("My pets").contains("credentials first");
    assertThat(watson.creates()).hasSize(1);
    assertThat(looks).hasValue(Options.MAX_ATTEMPTS);
  }

  @Test
  void aMissingArchiveFailsTheUploadAndIsNamed() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    Files.delete(directory.resolve("r1/dog.zip"));

    TrainingEvent outcome = upload(training);

    assertThat(error(outcome).code()).isEqualTo("upload-failed");
    assertThat(error(outcome).message()).contains("dog.zip is missing");
    assertThat(watson.calls).isEmpty();
  }

  @Test
  void anArchiveOfAnotherSizeIsNotUploaded() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    Files.write(directory.resolve("r1/dog.zip"), new byte[7]);

    TrainingEvent outcome = upload(training);

    assertThat(error(outcome).message()).contains("dog.zip has 7 bytes instead of 100000");
    assertThat(watson.calls).isEmpty();
  }

  @Test
  void aCompletedJournalGivesTheSameOutcomeAgainAndSendsNothing() throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(400, "{\"errorCode\":\"BXNIM0415E\"}"));
    Training training = TestTrainings.pets(directory, "r1", "first", "second");
    TrainingEvent before = upload(training);
    int calls = watson.calls.size();
    fixture.clock.advance(Duration.ofMinutes(1));

    TrainingEvent again = upload(training);

    assertThat(before.kind()).isEqualTo(Kind.UPLOADED);
    assertThat(again).isEqualTo(before);
    assertThat(watson.calls).hasSize(calls);
  }

  @Test
  void aFailureIsReplayedTheSame() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "missing");
    TrainingEvent before = upload(training);
    fixture.credentials.put("missing", new Credentials(watson.url(), "secret-key-first"));
    fixture.clock.advance(Duration.ofMinutes(1));

    assertThat(upload(training)).isEqualTo(before);
    assertThat(before.kind()).isEqualTo(Kind.FAILED);
  }

  @Test
  void aReplayDeletesArchivesThatWereLeftOver() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    upload(training);
    Files.write(directory.resolve("r1/cat.zip"), new byte[1]);

    upload(training);

    assertThat(directory.resolve("r1/cat.zip")).doesNotExist();
  }

  @Test
  void aCreatingJournalAdoptsTheClassifierThatIsFound() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first", "second");
    journal(training, "second", "[\"old_1\"]");
    watson.addClassifier("secret-key-second", "old_1", "My pets");
    watson.addClassifier("secret-key-second", "ours_2", "My pets");

    TrainingEvent outcome = upload(training);

    assertThat(classifier(outcome).id()).isEqualTo("ours_2");
    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(watson.creates()).isEmpty();
    assertThat(upload(training)).isEqualTo(outcome);
  }

  @Test
  void aCreatingJournalAdoptsEvenWhenTheArchivesAreGone() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    journal(training, "first", "[]");
    Files.delete(directory.resolve("r1/cat.zip"));
    watson.addClassifier("secret-key-first", "ours_1", "My pets");

    assertThat(classifier(upload(training)).id()).isEqualTo("ours_1");
  }

  @Test
  void aCreatingJournalWithoutAClassifierCreatesOne() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first", "second");
    journal(training, "second", "[\"old_1\"]");
    watson.addClassifier("secret-key-second", "old_1", "My pets");

    TrainingEvent outcome = upload(training);

    assertThat(classifier(outcome).credentials()).isEqualTo("first");
    assertThat(watson.creates()).hasSize(1);
  }

  @Test
  void aCreatingJournalThatCannotBeLookedUpSendsNothing() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first", "second");
    journal(training, "second", "[]");
    for (int look = 0; look < Options.MAX_ATTEMPTS; look++) {
      watson.lists.add(FakeWatson.answering(503, ""));
    }

    TrainingEvent outcome = upload(training);

    assertThat(error(outcome).code()).isEqualTo("upload-failed");
    assertThat(watson.creates()).isEmpty();
  }

  @Test
  void aJournalWhoseCredentialsAreGoneMovesOn() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "removed", "second");
    journal(training, "removed", "[]");

    TrainingEvent outcome = upload(training);

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("removed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"state\":\"crea", "{\"state\":\"completed\"}", "null", "[]", "{}"})
  void aBrokenJournalIsLookedUpUnderAllCredentials(String broken) throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first", "second");
    Files.writeString(TestTrainings.file(training.journal()), broken);
    watson.addClassifier("secret-key-second", "ours_1", "My pets");

    TrainingEvent outcome = upload(training);

    assertThat(classifier(outcome).id()).isEqualTo("ours_1");
    assertThat(watson.creates()).isEmpty();
  }

  @Test
  void aClassifierThatIsToBeReplacedIsNotAdopted() throws Exception {
    Training training =
        TestTrainings.replacing(TestTrainings.pets(directory, "r1", "first"), "old_1");
    journal(training, "first", "[]");
    watson.addClassifier("secret-key-first", "old_1", "My pets");

    assertThat(classifier(upload(training)).id()).isNotEqualTo("old_1");
  }

  @Test
  void aJournalThatCannotBeReadIsLeftAlone() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    Files.createDirectory(TestTrainings.file(training.journal()));

    TrainingEvent outcome = upload(training);

    assertThat(error(outcome).code()).isEqualTo("upload-failed");
    assertThat(error(outcome).message()).contains("upload.json");
    assertThat(TestTrainings.file(training.journal())).isDirectory();
    assertThat(watson.calls).isEmpty();
  }

  @Test
  void theJournalSaysWhatIsGoingOnBeforeTheCreateIsSent() throws Exception {
    Training training = TestTrainings.pets(directory, "r1", "first");
    StringBuilder seen = new StringBuilder();
    watson.creates.add(
        (exchange, call) -> {
          seen.append(Files.readString(TestTrainings.file(training.journal())));
          FakeWatson.answering(501, "").answer(exchange, call);
        });

    upload(training);

    assertThat(seen)
        .hasToString(
            "{\"state\":\"creating\",\"create\":{\"credentials\":\"first\",\"classifierName\":\"My"
                + " pets\",\"startedAt\":\"2026-03-01T12:00:00Z\",\"existing\":[]},\"upload\":{"
                + "\"rejectedCredentials\":[],\"deletedFirst\":[],\"sentBytes\":0}}");
  }

  private static void journal(Training training, String credentials, String existing)
      throws IOException {
    Files.writeString(
        TestTrainings.file(training.journal()),
        "{\"state\":\"creating\",\"create\":{\"credentials\":\"%s\",\"classifierName\":\"My pets\",\"startedAt\":\"2026-03-01T11:00:00Z\",\"existing\":%s},\"later\":1}"
            .formatted(credentials, existing));
  }

  @Test
  void whatHappensIsCounted() throws Exception {
    watson.tokenRequests.add(FakeWatson.answering(400, "{\"errorCode\":\"BXNIM0415E\"}"));
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.creates.add(FakeWatson.answering(503, ""));
    watson.creates.add(watson.losingTheAnswer());
    Training training = TestTrainings.pets(directory, "r1", "first", "second", "third");
    upload(training);
    upload(training);
    upload(TestTrainings.pets(directory, "r2", "second"));

    assertThat(fixture.counts())
        .containsExactly(
            Map.entry("classifiersAdopted", 1L),
            Map.entry("classifiersCreated", 1L),
            Map.entry("credentialsRejected", 1L),
            Map.entry("outcomesReplayed", 1L),
            Map.entry("plansFull", 1L),
            Map.entry("retries", 1L),
            Map.entry("tokensRequested", 3L));
  }
}
