package io.github.satchel.testkit.watson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ibm.cloud.sdk.core.security.Authenticator;
import com.ibm.cloud.sdk.core.security.BasicAuthenticator;
import com.ibm.cloud.sdk.core.security.IamAuthenticator;
import com.ibm.cloud.sdk.core.service.exception.BadRequestException;
import com.ibm.cloud.sdk.core.service.exception.ForbiddenException;
import com.ibm.cloud.sdk.core.service.exception.InternalServerErrorException;
import com.ibm.cloud.sdk.core.service.exception.NotFoundException;
import com.ibm.cloud.sdk.core.service.exception.UnauthorizedException;
import com.ibm.watson.visual_recognition.v3.VisualRecognition;
import com.ibm.watson.visual_recognition.v3.model.CreateClassifierOptions;
import com.ibm.watson.visual_recognition.v3.model.DeleteClassifierOptions;
import com.ibm.watson.visual_recognition.v3.model.GetClassifierOptions;
import com.ibm.watson.visual_recognition.v3.model.ListClassifiersOptions;
import com.ibm.watson.visual_recognition.v3.model.UpdateClassifierOptions;
import io.github.satchel.testing.SettableClock;
import io.github.satchel.trainer.api.CallKind;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.api.Limits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the emulator against IBM's own SDK, and error shapes against what was written of them. */
@SuppressWarnings("deprecation") // IBM withdrew the service and deprecated its SDK.
class WatsonEmulatorTest {
  private static final String VERSION = "2018-03-19";
  private static final String KEY = "key-of-class-7";
  private static final String OTHER_KEY = "key-of-pool-3";
  private static final String SECRET = "local-secret-of-receiver";
  private static final Duration TRAINING = Duration.ofMinutes(10);
  private static final Duration REAPPEAR = Duration.ofMinutes(3);
  private static final int MAX_CALLS_PER_SECOND = 20;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final byte[] ZIP = zip("png", 10, 32);
  private static final Map<String, byte[]> TWO_ZIPS =
      Map.of("cat_positive_examples", ZIP, "dog_positive_examples", ZIP);

  private final SettableClock clock = new SettableClock(Instant.parse("2018-03-17T19:01:30.536Z"));
  private WatsonEmulator watson;

  @BeforeEach
  void start() throws IOException {
    var limits =
        new Limits(
            10, 12, 50_000, 120_000, 20_000, 32, 50_000, 50_000_000, 20, 30, MAX_CALLS_PER_SECOND);
    watson =
        WatsonEmulator.builder()
            .withPlan("class-7", KEY, 2)
            .withPlan("pool-3", OTHER_KEY, 1)
            .limits(limits)
            .clock(clock)
            .trainingTime(TRAINING)
            .reappearAfter(REAPPEAR)
            .tokenLife(Duration.ofMinutes(1))
            .start();
  }

  @AfterEach
  void stop() throws IOException {
    watson.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClassifierIsCreatedListedReadAndDeleted(boolean iam) throws Exception {
    VisualRecognition sdk = sdk(iam ? iamAuthenticator(KEY) : basicAuthenticator(KEY));

    var created =
        sdk.createClassifier(
                options("Träume & pets")
                    .negativeExamples(in(ZIP))
                    .negativeExamplesFilename("negative.zip")
                    .build())
            .execute()
            .getResult();

    assertThat(created.getClassifierId()).matches("Träume _ pets_\\d{10}");
    assertThat(created.getName()).isEqualTo("Träume & pets");
    assertThat(created.getStatus()).isEqualTo("training");
    assertThat(created.getCreated()).isEqualTo(clock.instant());
    assertThat(created.getClasses())
        .extracting(c -> c.getXClass())
        .containsExactlyInAnyOrder("chat_éveillé", "dog");

    var brief = sdk.listClassifiers().execute().getResult().getClassifiers();
    assertThat(brief).singleElement().returns(null, c -> c.getClasses());
    assertThat(brief.get(0).getClassifierId()).isEqualTo(created.getClassifierId());
    var verbose =
        sdk.listClassifiers(new ListClassifiersOptions.Builder().verbose(true).build())
            .execute()
            .getResult();
    assertThat(verbose.getClassifiers()).containsExactly(created);

    clock.advance(TRAINING);
    var get = new GetClassifierOptions.Builder(created.getClassifierId()).build();
    assertThat(sdk.getClassifier(get).execute().getResult().getStatus()).isEqualTo("ready");

    var delete = new DeleteClassifierOptions.Builder(created.getClassifierId()).build();
    sdk.deleteClassifier(delete).execute();
    assertThat(watson.classifiers()).isEmpty();
    assertThatThrownBy(() -> sdk.deleteClassifier(delete).execute())
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> sdk.getClassifier(get).execute())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void historyTellsWhatWasUploaded() throws Exception {
    VisualRecognition sdk = sdk(iamAuthenticator(KEY));
    Instant createdAt = clock.instant();
    String id =
        sdk.createClassifier(options("pets").build()).execute().getResult().getClassifierId();
    assertThatThrownBy(() -> sdk.createClassifier(options(" ").build()).execute());
    sdk.deleteClassifier(new DeleteClassifierOptions.Builder(id).build()).execute();

    List<String> entries = IntStream.range(0, 10).mapToObj(i -> "image-" + i + ".png").toList();
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ZIP));
    List<Call> history = watson.history();
    assertThat(history)
        .extracting(Call::kind)
        .containsExactly(CallKind.CREATE, CallKind.CREATE, CallKind.DELETE);
    assertThat(history).extracting(Call::status).containsExactly(200, 400, 200);
    assertThat(history).extracting(Call::classifierId).containsExactly(id, null, id);
    Call create = history.get(0);
    assertThat(create.keyName()).isEqualTo("class-7");
    assertThat(create.name()).isEqualTo("pets");
    assertThat(create.at()).isEqualTo(createdAt);
    assertThat(create.answered()).isTrue();
    assertThat(create.examples())
        .containsExactlyInAnyOrder(
            new Examples("chat_éveillé", entries, sha256), new Examples("dog", entries, sha256));
  }

  @Test
  void aFullPlanSaysHowManyClassifiersItHas() throws Exception {
    VisualRecognition sdk = sdk(iamAuthenticator(OTHER_KEY));
    sdk.createClassifier(options("first").build()).execute();
    String description =
        "Cannot execute learning task. : this plan instance can have only 1 custom"
            + " classifier(s), and 1 already exist.";

    assertThatThrownBy(() -> sdk.createClassifier(options("second").build()).execute())
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining(description);

    HttpResponse<String> response = post(OTHER_KEY, TWO_ZIPS);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(parse(response.body()))
        .isEqualTo(
            parse(
                "{\"error\":{\"code\":400,\"error_id\":\"input_error\",\"description\":\""
                    + description
                    + "\"}}"));
    assertThat(watson.classifiers()).extracting(Classifier::name).containsExactly("first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$", "*", "-", "{", "}", "\\", "|", "/", "'", "`", "[", "]"})
  void classNamesAreRefusedForWhatTheyHold(String forbidden) {
    assertThat(refusedCreate(Map.of("dog", ZIP, "a" + forbidden + "b", ZIP)))
        .contains("Invalid class name");
  }

  @Test
  void oneExampleFileIsNotEnough() throws Exception {
    HttpResponse<String> response = post(KEY, Map.of("dog_positive_examples", ZIP));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("At least two example files");
  }

  @Test
  void nineImagesAreNotEnough() {
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", zip("png", 9, 32)))).contains("at least 10");
  }

  @Test
  void tooManyImagesAreRefused() {
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", zip("png", 13, 32)))).contains("at most 12");
  }

  @Test
  void smallImagesAreRefused() {
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", zip("jpeg", 10, 31))))
        .contains("smaller than 32");
  }

  @Test
  void otherFormatsAreRefused() {
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", zip("gif", 10, 64))))
        .contains("neither JPEG nor PNG");
  }

  @Test
  void whatIsNoImageIsRefused() {
    byte[] texts = zip(10, "not a picture".getBytes(UTF_8), "txt");
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", texts))).contains("is not an image");
  }

  @Test
  void aHeaderThatEndsIsRefused() {
    byte[] jpegStart = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16};
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", zip(10, jpegStart, "jpg"))))
        .contains("cannot be read");
  }

  @Test
  void aZipThatDoesNotOpenIsRefused() {
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", "PK, almost".getBytes(UTF_8))))
        .contains("cannot open zip file");
  }

  @Test
  void aZipOverTheLimitIsRefused() {
    assertThat(refusedCreate(Map.of("dog", ZIP, "cat", zip(10, image("png", 32, 5_100), "png"))))
        .contains("exceeds 50000 bytes");
  }

  @Test
  void aCallOverTheLimitGetsAPage() throws Exception {
    HttpResponse<String> declared = post(KEY, Map.of("dog_positive_examples", new byte[130_000]));
    assertThat(declared.statusCode()).isEqualTo(413);
    assertThat(declared.headers().firstValue("content-type")).contains("text/html");

    HttpRequest chunked =
        create(KEY)
            .POST(
                BodyPublishers.ofInputStream(
                    () -> in(form(Map.of("dog_positive_examples", new byte[130_000])))))
            .build();
    assertThat(HTTP.send(chunked, BodyHandlers.ofString()).statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "multipart/form-data; boundary=other"})
  void aBodyThatIsNoFormIsRefused(String contentType) throws Exception {
    HttpRequest request =
        create(KEY)
            .setHeader("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(form(Map.of("dog_positive_examples", ZIP))))
            .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("form");
  }

  @Test
  void aLargeCallWithABadKeyGetsAPageToo() throws Exception {
    assertThat(post("wrong", Map.of("dog_positive_examples", new byte[30_000])).statusCode())
        .isEqualTo(413);
    assertThat(post("wrong", Map.of("dog_positive_examples", new byte[10_000])).statusCode())
        .isEqualTo(401);
  }

  @Test
  void anUnknownKeyIsUnauthorized() throws Exception {
    VisualRecognition sdk = sdk(basicAuthenticator("wrong"));
    assertThatThrownBy(() -> sdk.listClassifiers().execute())
        .isInstanceOf(UnauthorizedException.class);
    assertThat(get("?version=" + VERSION, basic("wrong")).body())
        .isEqualTo("{\"code\":401,\"error\":\"Unauthorized\"}");
    assertThat(iamError("wrong")).isEqualTo("BXNIM0415E");
  }

  @Test
  void aBlockedKeyIsForbidden() throws Exception {
    VisualRecognition sdk = sdk(basicAuthenticator(KEY));
    watson.setKeyState("class-7", Key.State.BLOCKED);
    assertThatThrownBy(() -> sdk.listClassifiers().execute())
        .isInstanceOf(ForbiddenException.class);
    assertThat(get("?version=" + VERSION, basic(KEY)).body())
        .isEqualTo("{\"code\":403,\"error\":\"Forbidden\"}");
    assertThat(iamError(KEY)).isEqualTo("BXNIM0434E");
  }

  @Test
  void aKeyOverItsLimitSaysSo() throws Exception {
    watson.setKeyState("class-7", Key.State.OVER_TRANSACTION_LIMIT);
    HttpResponse<String> response = post(KEY, Map.of("dog_positive_examples", ZIP));
    assertThat(response.body())
        .isEqualTo("{\"status\":\"ERROR\",\"statusInfo\":\"Key is over transaction limit\"}");
    assertThat(watson.history())
        .singleElement()
        .returns("class-7", Call::keyName)
        .returns(response.statusCode(), Call::status);
  }

  @Test
  void aTokenExpires() throws Exception {
    HttpResponse<String> issued = token(KEY);
    JsonNode token = parse(issued.body());
    assertThat(token.get("expires_in").asLong()).isEqualTo(60);
    assertThat(token.get("expiration").asLong()).isEqualTo(clock.instant().getEpochSecond() + 60);
    String authorization = "Bearer " + token.get("access_token").asText();
    assertThat(get("?version=" + VERSION, authorization).statusCode()).isEqualTo(200);

    clock.advance(Duration.ofSeconds(60));

    assertThat(get("?version=" + VERSION, authorization).statusCode()).isEqualTo(401);
  }

  @Test
  void everyCallNeedsAVersion() throws Exception {
    assertThat(get("", basic(KEY)).statusCode()).isEqualTo(400);
    assertThat(get("?version=latest", basic(KEY)).statusCode()).isEqualTo(400);
  }

  @Test
  void legacyInstancesHaveTheirKeyInTheQuery() throws Exception {
    assertThat(get("?version=2016-05-20&api_key=" + KEY, null).statusCode()).isEqualTo(200);
    assertThat(get("?version=2016-05-20&api_key=wrong", null).statusCode()).isEqualTo(401);
  }

  @Test
  void anUpdateTrainsAgainUnlessItsExamplesWereNotKept() {
    VisualRecognition sdk = sdk(iamAuthenticator(KEY));
    String id =
        sdk.createClassifier(options("pets").build()).execute().getResult().getClassifierId();
    clock.advance(TRAINING);
    var update = new UpdateClassifierOptions.Builder(id).addPositiveExamples("bird", in(ZIP));
    var updated = sdk.updateClassifier(update.build()).execute().getResult();
    assertThat(updated.getStatus()).isEqualTo("retraining");
    assertThat(updated.getClasses())
        .extracting(c -> c.getXClass())
        .contains("chat_éveillé", "dog", "bird");

    String optedOut =
        sdk.createClassifier(options("private").build())
            .addHeader("X-Watson-Learning-Opt-Out", "true")
            .execute()
            .getResult()
            .getClassifierId();
    var refused =
        new UpdateClassifierOptions.Builder(optedOut).addPositiveExamples("bird", in(ZIP)).build();
    assertThatThrownBy(() -> sdk.updateClassifier(refused).execute())
        .isInstanceOf(BadRequestException.class);
  }

  @Test
  void createsFailAsPlanned() {
    VisualRecognition sdk = sdk(iamAuthenticator(KEY));
    watson.failNextCreates(
        "class-7", new Fault.Status(500), new Fault.LostAnswer(), new Fault.Delay(Duration.ZERO));

    assertThatThrownBy(() -> sdk.createClassifier(options("failed").build()).execute())
        .isInstanceOf(InternalServerErrorException.class);
    // IBM's SDK would send a create whose answer is lost again, by itself.
    assertThatThrownBy(() -> post(KEY, TWO_ZIPS)).isInstanceOf(IOException.class);
    sdk.createClassifier(options("late").build()).execute();

    assertThat(watson.classifiers()).extracting(Classifier::name).containsExactly("pets", "late");
    assertThat(watson.history()).extracting(Call::status).containsExactly(500, 200, 200);
    assertThat(watson.history()).extracting(Call::answered).containsExactly(true, false, true);
  }

  @Test
  void aCallFailsAsPlannedForItsKindAndKey() throws Exception {
    watson.failNext("class-7", CallKind.READ, new Fault.Status(401), new Fault.Status(403));
    watson.failNext("class-7", CallKind.TOKEN, new Fault.Status(503));

    assertThat(list(OTHER_KEY).statusCode()).isEqualTo(200);
    assertThat(list(KEY).statusCode()).isEqualTo(401);
    assertThat(list(KEY).statusCode()).isEqualTo(403);
    assertThat(list(KEY).statusCode()).isEqualTo(200);
    assertThat(token(OTHER_KEY).statusCode()).isEqualTo(200);
    assertThat(token(KEY).statusCode()).isEqualTo(503);
    assertThat(token(KEY).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "Fri, 31 Dec 1999 23:59:59 GMT"})
  void aThrottledCallSaysWhenToComeBack(String when) throws Exception {
    watson.failNext("class-7", CallKind.READ, new Fault.Status(429, when, false));

    HttpResponse<String> throttled = list(KEY);

    assertThat(throttled.statusCode()).isEqualTo(429);
    assertThat(throttled.headers().firstValue("Retry-After")).contains(when);
  }

  @Test
  void aCallWhoseAnswerIsLostActsAllTheSame() throws Exception {
    watson.failNextCreates(
        "class-7", new Fault.LostAnswer(), new Fault.Status(504, null, true), new Fault.Dropped());

    assertThatThrownBy(() -> post(KEY, TWO_ZIPS)).isInstanceOf(IOException.class);
    assertThat(post(KEY, TWO_ZIPS).statusCode()).isEqualTo(504);
    assertThatThrownBy(() -> post(KEY, TWO_ZIPS)).isInstanceOf(IOException.class);

    assertThat(watson.classifiers()).hasSize(2);
    assertThat(watson.history()).extracting(Call::status).containsExactly(200, 200, 503);
    assertThat(watson.history()).extracting(Call::answered).containsOnly(false);
  }

  @Test
  void aCallThatIsNeverAnsweredActsAllTheSame() {
    watson.failNextCreates("class-7", new Fault.NoAnswer());
    HttpRequest request =
        create(KEY)
            .timeout(Duration.ofMillis(500))
            .POST(BodyPublishers.ofByteArray(form(TWO_ZIPS)))
            .build();

    assertThatThrownBy(() -> HTTP.send(request, BodyHandlers.discarding()))
        .isInstanceOf(HttpTimeoutException.class);

    assertThat(watson.classifiers()).hasSize(1);
    assertThat(watson.history()).singleElement().returns(false, Call::answered);
  }

  @Test
  void anErrorObjectComesWithStatus200() throws Exception {
    watson.failNextCreates("class-7", new Fault.ErrorObject());

    HttpResponse<String> response = post(KEY, TWO_ZIPS);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(parse(response.body()).at("/error/code").asInt()).isEqualTo(500);
    assertThat(watson.classifiers()).isEmpty();
    assertThat(watson.history()).extracting(Call::status).containsExactly(500);
  }

  @Test
  void aPageWithStatus413ComesBeforeTheBodyIsReadAndClosesTheConnection() throws Exception {
    watson.failNextCreates("class-7", new Fault.EarlyPage());
    try (var socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(watson.url()).getPort())) {
      String head =
          "POST /v3/classifiers?version=%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
              .formatted(VERSION, basic(KEY));
      socket.getOutputStream().write(head.getBytes(UTF_8));

      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

      assertThat(answer).startsWith("HTTP/1.1 413").contains("Connection: close", "<html>");
    }
  }

  @Test
  void aBodyIsReadSlowlyOrWithAPause() throws Exception {
    watson.failNextCreates(
        "class-7",
        new Fault.SlowRead(10L * ZIP.length),
        new Fault.Stall(ZIP.length, Duration.ofMillis(200)));

    for (int i = 0; i < 2; i++) {
      long start = System.nanoTime();
      assertThat(post(KEY, TWO_ZIPS).statusCode()).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
    }
  }

  @Test
  void anAnswerIsSlowAfterTheCallActed() throws Exception {
    watson.failNextCreates("class-7", new Fault.SlowAnswer(Duration.ofSeconds(60)));
    var answer =
        HTTP.sendAsync(
            create(KEY).POST(BodyPublishers.ofByteArray(form(TWO_ZIPS))).build(),
            BodyHandlers.discarding());

    await().until(() -> watson.classifiers().size() == 1);
    assertThat(answer).isNotDone();
    stop(); // ends every wait
    await().until(answer::isDone);
  }

  @Test
  void chanceIsTheSameForTheSameSeed() {
    var rates = new FaultRates(0.1, 0.1, 0.1, 0.1, Duration.ofMillis(10), 7);
    var one = new Faults(rates);
    var same = new Faults(rates);
    int faults = 0;
    for (int i = 0; i < 1_000; i++) {
      Fault fault = one.next("any", CallKind.CREATE);
      assertThat(same.next("any", CallKind.CREATE)).isEqualTo(fault);
      faults += fault == null ? 0 : 1;
    }
    assertThat(faults).isBetween(250, 350);
    assertThatThrownBy(() -> new FaultRates(0.5, 0.5, 0.5, 0, Duration.ZERO, 7))
        .hasMessage("lose, delay and error together must be from 0 to 1, not 1.5");
  }

  @Test
  void aTrainingThatFailsSaysWhy() {
    VisualRecognition sdk = sdk(iamAuthenticator(KEY));
    watson.failNextTrainings("class-7", "The pictures are all black");
    String id =
        sdk.createClassifier(options("black").build()).execute().getResult().getClassifierId();
    var get = new GetClassifierOptions.Builder(id).build();
    var training = sdk.getClassifier(get).execute().getResult();
    assertThat(training.getStatus()).isEqualTo("training");
    assertThat(training.getExplanation()).isNull();

    clock.advance(TRAINING);

    var failed = sdk.getClassifier(get).execute().getResult();
    assertThat(failed.getStatus()).isEqualTo("failed");
    assertThat(failed.getExplanation()).isEqualTo("The pictures are all black");
  }

  @Test
  void aClassifierDeletedWhileItTrainsComesBack() {
    VisualRecognition sdk = sdk(iamAuthenticator(KEY));
    String id =
        sdk.createClassifier(options("pets").build()).execute().getResult().getClassifierId();
    var delete = new DeleteClassifierOptions.Builder(id).build();
    sdk.deleteClassifier(delete).execute();
    assertThat(watson.classifiers()).isEmpty();

    clock.advance(REAPPEAR);

    assertThat(watson.classifiers()).extracting(Classifier::id).containsExactly(id);
    clock.advance(TRAINING);
    sdk.deleteClassifier(delete).execute();
    clock.advance(REAPPEAR);
    assertThat(watson.classifiers()).isEmpty();
  }

  @Test
  void whatIsKeptIsFoundAgain(@TempDir Path directory) throws Exception {
    var kept = WatsonEmulator.builder().withPlan("class-7", KEY, 2).clock(clock).keepIn(directory);
    List<Classifier> classifiers;
    List<Call> calls;
    try (WatsonEmulator before = kept.start()) {
      VisualRecognition sdk = sdk(before, basicAuthenticator(KEY));
      String first =
          sdk.createClassifier(options("a").build()).execute().getResult().getClassifierId();
      sdk.createClassifier(options("b").build()).execute();
      sdk.deleteClassifier(new DeleteClassifierOptions.Builder(first).build()).execute();
      classifiers = before.classifiers();
      calls = before.history();
    }
    Files.writeString(directory.resolve("calls.jsonl"), "{\"call\": {", StandardOpenOption.APPEND);

    for (int round = 0; round < 2; round++) {
      try (WatsonEmulator again = kept.start()) {
        assertThat(again.classifiers()).hasSize(1 + round).containsAll(classifiers);
        assertThat(again.history()).hasSize(3 + round).startsWith(calls.toArray(Call[]::new));
        if (round == 0) {
          sdk(again, basicAuthenticator(KEY)).createClassifier(options("c").build()).execute();
          assertThat(again.history().get(3).number()).isEqualTo(4);
        }
      }
    }
  }

  @Test
  void aDeletedKeyIsUnknown() throws Exception {
    String authorization = bearer(KEY);
    watson.setKeyState("class-7", Key.State.DELETED);

    assertThat(iamError(KEY)).isEqualTo("BXNIM0415E");
    assertThat(get("?version=" + VERSION, authorization).statusCode()).isEqualTo(401);
    assertThat(list(KEY).statusCode()).isEqualTo(401);
  }

  @Test
  void aRevokedTokenIsWorthNothingAndItsKeyGetsAnother() throws Exception {
    String authorization = bearer(KEY);
    watson.revokeTokens("class-7");

    assertThat(get("?version=" + VERSION, authorization).statusCode()).isEqualTo(401);
    assertThat(get("?version=" + VERSION, bearer(KEY)).statusCode()).isEqualTo(200);
  }

  @Test
  void callsASecondAreLimited() throws Exception {
    for (int i = 0; i < MAX_CALLS_PER_SECOND; i++) {
      assertThat(list(KEY).statusCode()).isEqualTo(200);
    }
    HttpResponse<String> tooMuch = list(KEY);
    assertThat(tooMuch.statusCode()).isEqualTo(429);
    assertThat(tooMuch.headers().firstValue("Retry-After")).contains("1");
    assertThat(list(OTHER_KEY).statusCode()).isEqualTo(200);

    clock.advance(Duration.ofSeconds(1));

    assertThat(list(KEY).statusCode()).isEqualTo(200);
  }

  @Test
  void whatItDidAndHasCanBeAskedFor() throws Exception {
    VisualRecognition sdk = sdk(iamAuthenticator(KEY));
    String first =
        sdk.createClassifier(options("Pets_a1").build()).execute().getResult().getClassifierId();
    String second =
        sdk.createClassifier(options("Pets_b2").build()).execute().getResult().getClassifierId();
    sdk.deleteClassifier(new DeleteClassifierOptions.Builder(first).build()).execute();

    JsonNode all = records("history");
    assertThat(all.findValuesAsText("kind")).containsExactly("create", "create", "delete");
    assertThat(all.findValuesAsText("number")).containsExactly("1", "2", "3");
    assertThat(all.findValuesAsText("classifier_id")).containsExactly(first, second, first);
    JsonNode create = all.at("/calls/0");
    assertThat(create.get("key").asText()).isEqualTo("class-7");
    assertThat(create.get("name").asText()).isEqualTo("Pets_a1");
    assertThat(create.get("status").asInt()).isEqualTo(200);
    assertThat(create.get("answered").asBoolean()).isTrue();
    assertThat(create.at("/examples/0/entries")).hasSize(10);
    assertThat(create.at("/examples/0/sha256").asText()).hasSize(64);

    assertThat(records("history?kind=delete").findValuesAsText("number")).containsExactly("3");
    assertThat(records("history?request=a1").findValuesAsText("number")).containsExactly("1", "3");
    assertThat(records("history?after=1").findValuesAsText("number")).containsExactly("2", "3");
    assertThat(records("history?key=pool-3").get("calls")).isEmpty();
    JsonNode classifiers = records("classifiers");
    assertThat(classifiers.findValuesAsText("classifier_id")).containsExactly(second);
    assertThat(classifiers.findValuesAsText("key")).containsExactly("class-7");
    assertThat(classifiers.findValuesAsText("status")).containsExactly("training");
    assertThat(records("classifiers?request=a1").get("classifiers")).isEmpty();
  }

  @Test
  void theReceiverTakesWhatIsSignedAndIsWhatItSaysOnce() throws Exception {
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ZIP));

    Instant now = Instant.now();
    assertThat(deliver("one", sha256, SECRET, now).statusCode()).isEqualTo(200);
    assertThat(deliver("one", sha256, SECRET, now).statusCode()).isEqualTo(208);
    assertThat(deliver("two", "0", SECRET, now).statusCode()).isEqualTo(400);
    assertThat(deliver("two", sha256, "guessed", now).statusCode()).isEqualTo(401);
    Instant old = now.minus(Duration.ofMinutes(6));
    assertThat(deliver("two", sha256, SECRET, old).statusCode()).isEqualTo(401);
    watson.failNext(WatsonEmulator.RECEIVER, CallKind.CREATE, new Fault.Status(503));
    assertThat(deliver("two", sha256, SECRET, now).statusCode()).isEqualTo(503);

    List<Call> history = watson.history();
    assertThat(history).extracting(Call::status).containsExactly(200, 208, 400, 401, 401, 503);
    assertThat(history.get(0))
        .returns(WatsonEmulator.RECEIVER, Call::keyName)
        .returns("one", Call::classifierId)
        .returns("Pets_one", Call::name);
    assertThat(history.get(0).examples())
        .singleElement()
        .returns("cat", Examples::className)
        .returns(sha256, Examples::sha256);
  }

  private HttpResponse<String> deliver(String id, String sha256, String secret, Instant at)
      throws Exception {
    byte[] training =
        """
        {"id": "%s", "name": "Pets_%s", "archives":
          [{"part": "archive-0", "label": "cat", "images": 10, "bytes": %d, "sha256": "%s"}]}
        """
            .formatted(id, id, ZIP.length, sha256)
            .getBytes(UTF_8);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    mac.update((at.getEpochSecond() + ".").getBytes(UTF_8));
    String signature = HexFormat.of().formatHex(mac.doFinal(training));
    var body = new ByteArrayOutputStream();
    writePart(body, "training", training);
    writePart(body, "archive-0", ZIP);
    body.writeBytes("--border--\r\n".getBytes(UTF_8));
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(watson.url() + "/archives"))
            .header("Content-Type", "multipart/form-data; boundary=border")
            .header("Idempotency-Key", id)
            .header("Satchel-Signature", "t=" + at.getEpochSecond() + ",v1=" + signature)
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void callsAtOnceAreLimited() throws Exception {
    try (WatsonEmulator busy =
        WatsonEmulator.builder()
            .withPlan("busy", KEY, 1)
            .limits(new Limits(10, 12, 50_000, 120_000, 20_000, 32, 50_000, 50_000_000, 20, 0, 1))
            .start()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(busy.url() + "/v3/classifiers?version=" + VERSION))
              .header("Authorization", basic(KEY))
              .build();
      assertThat(HTTP.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(429);
    }
  }

  @Test
  void credentialsFilesNameTheServiceAndTheKey(@TempDir Path directory) throws Exception {
    watson.writeCredentials(directory.resolve("credentials"));
    JsonNode file = parse(Files.readString(directory.resolve("credentials/pool-3.json")));
    assertThat(file)
        .isEqualTo(parse("{\"url\":\"" + watson.url() + "\",\"apikey\":\"" + OTHER_KEY + "\"}"));
    assertThat(directory.resolve("credentials/class-7.json")).exists();
    JsonNode receiver = parse(Files.readString(directory.resolve("credentials/receiver.json")));
    assertThat(receiver)
        .isEqualTo(
            parse("{\"url\":\"%s/archives\",\"secret\":\"%s\"}".formatted(watson.url(), SECRET)));
  }

  private VisualRecognition sdk(Authenticator authenticator) {
    return sdk(watson, authenticator);
  }

  private static VisualRecognition sdk(WatsonEmulator watson, Authenticator authenticator) {
    var sdk = new VisualRecognition(VERSION, authenticator);
    sdk.setServiceUrl(watson.url());
    return sdk;
  }

  private Authenticator iamAuthenticator(String apikey) {
    return new IamAuthenticator.Builder().apikey(apikey).url(watson.iamUrl()).build();
  }

  private static CreateClassifierOptions.Builder options(String name) {
    return new CreateClassifierOptions.Builder()
        .name(name)
        .addPositiveExamples("chat_éveillé", in(ZIP))
        .addPositiveExamples("dog", in(ZIP));
  }

  /** The description of the error. */
  private String refusedCreate(Map<String, byte[]> zips) {
    var options = new CreateClassifierOptions.Builder().name("pets");
    zips.forEach((name, zip) -> options.addPositiveExamples(name, in(zip)));
    VisualRecognition sdk = sdk(iamAuthenticator(KEY));
    var refused =
        catchThrowableOfType(
            BadRequestException.class, () -> sdk.createClassifier(options.build()).execute());
    assertThat(watson.classifiers()).isEmpty();
    return String.valueOf(refused.getMessage());
  }

  private String iamError(String apikey) throws IOException, InterruptedException {
    HttpResponse<String> response = token(apikey);
    assertThat(response.statusCode()).isEqualTo(400);
    return parse(response.body()).get("errorCode").asText();
  }

  private HttpResponse<String> token(String apikey) throws IOException, InterruptedException {
    String form =
        "grant_type="
            + URLEncoder.encode("urn:ibm:params:oauth:grant-type:apikey", UTF_8)
            + "&apikey="
            + apikey;
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(watson.iamUrl()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build(),
        BodyHandlers.ofString());
  }

  private String bearer(String apikey) throws IOException, InterruptedException {
    return "Bearer " + parse(token(apikey).body()).get("access_token").asText();
  }

  private JsonNode records(String what) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(watson.url() + "/emulator/" + what)).build();
    return parse(HTTP.send(request, BodyHandlers.ofString()).body());
  }

  private HttpResponse<String> list(String apikey) throws IOException, InterruptedException {
    return get("?version=" + VERSION, basic(apikey));
  }

  private HttpResponse<String> get(String query, @Nullable String authorization)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(watson.url() + "/v3/classifiers" + query));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String apikey, Map<String, byte[]> zips)
      throws IOException, InterruptedException {
    return HTTP.send(
        create(apikey).POST(BodyPublishers.ofByteArray(form(zips))).build(),
        BodyHandlers.ofString());
  }

  private HttpRequest.Builder create(String apikey) {
    return HttpRequest.newBuilder(URI.create(watson.url() + "/v3/classifiers?version=" + VERSION))
        .header("Authorization", basic(apikey))
        .header("Content-Type", "multipart/form-data; boundary=border");
  }

  private static byte[] form(Map<String, byte[]> zips) {
    var body = new ByteArrayOutputStream();
    writePart(body, "name", "pets".getBytes(UTF_8));
    zips.forEach((field, zip) -> writePart(body, field, zip));
    body.writeBytes("--border--\r\n".getBytes(UTF_8));
    return body.toByteArray();
  }

  private static void writePart(ByteArrayOutputStream body, String field, byte[] content) {
    String head = "--border\r\nContent-Disposition: form-data; name=\"" + field + "\"\r\n\r\n";
    body.writeBytes(head.getBytes(UTF_8));
    body.writeBytes(content);
    body.writeBytes("\r\n".getBytes(UTF_8));
  }

  private static Authenticator basicAuthenticator(String apikey) {
    return new BasicAuthenticator.Builder().username("apikey").password(apikey).build();
  }

  private static String basic(String apikey) {
    return "Basic " + Base64.getEncoder().encodeToString(("apikey:" + apikey).getBytes(UTF_8));
  }

  private static ByteArrayInputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] zip(String format, int images, int side) {
    return zip(images, image(format, side, 0), format);
  }

  private static byte[] zip(int entries, byte[] content, String extension) {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.setLevel(0);
      for (int i = 0; i < entries; i++) {
        zip.putNextEntry(new ZipEntry("image-" + i + "." + extension));
        zip.write(content);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /** An image file with so many bytes after its end. */
  private static byte[] image(String format, int side, int padding) {
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB), format, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    bytes.writeBytes(new byte[padding]);
    return bytes.toByteArray();
  }
}
