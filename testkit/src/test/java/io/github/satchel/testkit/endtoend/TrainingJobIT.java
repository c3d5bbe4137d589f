package io.github.satchel.testkit.endtoend;

import static io.github.satchel.contract.Event.Type.ACCEPTED;
import static io.github.satchel.contract.Event.Type.CANCELLED;
import static io.github.satchel.contract.Event.Type.FAILED;
import static io.github.satchel.contract.Event.Type.PROGRESS;
import static io.github.satchel.contract.Event.Type.REJECTED;
import static io.github.satchel.contract.Event.Type.STORED;
import static io.github.satchel.contract.Event.Type.UPLOADED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.client.Result;
import io.github.satchel.contract.Archive;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.contract.Topics;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.RunningJob;
import io.github.satchel.testkit.kafka.LocalKafka;
import io.github.satchel.testkit.pictures.PictureFault;
import io.github.satchel.testkit.watson.Call;
import io.github.satchel.testkit.watson.Classifier;
import io.github.satchel.testkit.watson.Fault;
import io.github.satchel.trainer.api.CallKind;
import io.github.satchel.trainer.api.Key;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.apache.flink.api.common.JobStatus;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The whole path on real parts: a request goes in, a classifier and an event come out. */
@ExtendWith(SharedServices.class)
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings({"NullAway.Init", "try"}) // set before all tests; closed after them
class TrainingJobIT {

  private LocalServices services;
  private Site site;
  private RunningJob job;
  private final Set<String> sent = new HashSet<>();
  private int keys;
  private int pictures;

  @BeforeAll
  void start(LocalServices shared, @TempDir Path directory) throws Exception {
    services = shared;
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("fetch.timeout", "10 s");
    settings.put("fetch.idle-timeout", "6 s");
    settings.put("fetch.max-attempts", "2");
    settings.put("fetch.retry-delay", "50 ms");
    settings.put("fetch.max-retry-after", "200 ms");
    settings.put("watson.max-attempts", "2");
    // A request gets dispatch.in-flight images done in it, and some here have thousands that fail.
    settings.put("window.progress-interval", "250 ms");
    services.pictures().drawAll();
    String bomb = services.pictures().faultUrl(PictureFault.TOO_MANY_PIXELS, 0);
    HttpClient.newHttpClient() // so that it is drawn, too
        .send(HttpRequest.newBuilder(URI.create(bomb)).build(), BodyHandlers.discarding());
    site = new Site(services);
    job = RunningJob.start(settings, directory);
  }

  @AfterEach
  void theJobNeverRestarted() throws Exception {
    assertThat(job.failures()).isEmpty();
    assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
  }

  @AfterAll
  void everyRequestEndedOnce() {
    try (Site closed = site;
        RunningJob stopped = job) {
      assertThat(site.requestIds()).isEqualTo(sent);
      assertThat(site.endings()).containsOnlyKeys(sent);
      assertThat(site.endings().values()).allSatisfy(ending -> assertThat(ending).hasSize(1));
    }
  }

  @Test
  void aRequestGoesInAndAClassifierAndItsEventsComeOut() {
    String key = key();
    ObjectNode request = twoLabels("happy", 12).watson(key).json();

    Event outcome = train(request).event();

    assertThat(outcome.type()).isEqualTo(UPLOADED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(24, 24, 0));
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.error()).isNull();
    Classifier classifier = onlyClassifier(key);
    assertThat(classifier.classes()).containsExactlyInAnyOrder("cat", "dog");
    assertThat(classifier.name()).isEqualTo("Pets_happy");
    assertThat(outcome.classifier())
        .extracting("id", "name", "status", "credentials")
        .containsExactly(classifier.id(), classifier.name(), "training", key);
    Call create = creates(key).get(0);
    assertThat(create.examples())
        .extracting("className", "entries")
        .containsExactlyInAnyOrder(
            tuple("cat", entryNames(request, "cat")), tuple("dog", entryNames(request, "dog")));

    List<Result> results = site.results("happy");
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(new String(result.message().key(), UTF_8)).isEqualTo("project-happy");
              assertThat(result.event().projectId()).isEqualTo("project-happy");
              assertThat(Site.header(result.message(), "requestId")).isEqualTo("happy");
            });
    List<Event> events = results.stream().map(Result::event).toList();
    assertThat(events.get(0).type()).isEqualTo(ACCEPTED);
    assertThat(events.get(events.size() - 1)).isEqualTo(outcome);
    List<Event> progress = events.subList(1, events.size() - 1);
    assertThat(progress).isNotEmpty().extracting(Event::type).containsOnly(PROGRESS);
    assertThat(progress)
        .extracting(Event::images)
        .isSortedAccordingTo(Comparator.comparing(ImageCounts::done))
        .last()
        .isEqualTo(new ImageCounts(24, 24, 0));

    await().untilAsserted(() -> assertThat(files("happy")).noneMatch(name -> name.endsWith("zip")));
  }

  @Test
  void storedArchivesHoldTheImagesOfWebAndStoreInTheOrderOfTheRequest() throws Exception {
    RequestBuilder builder = request("stored").store();
    int first = pictures;
    for (int i = 0; i < 20; i++) {
      web(builder, "cat", "web-" + i);
    }
    for (int i = 0; i < 20; i++) {
      stored(builder, "dog", "stored-" + i);
    }
    ObjectNode request = builder.json();
    assertThat(IntStream.range(first, pictures).mapToObj(services.pictures()::pictureUrl))
        .anyMatch(url -> url.endsWith(".jpg"))
        .anyMatch(url -> url.endsWith(".png"))
        .anyMatch(url -> url.endsWith(".gif"));

    Event outcome = train(request).event();

    assertThat(outcome.type()).isEqualTo(STORED);
    assertThat(outcome.classifier()).isNull();
    assertThat(outcome.archives())
        .extracting(Archive::label, Archive::uri, Archive::images)
        .containsExactly(
            tuple("cat", "s3://satchel-archives/stored/cat.zip", 20),
            tuple("dog", "s3://satchel-archives/stored/dog.zip", 20));
    for (Archive archive : outcome.archives()) {
      Path file = archives("stored").resolve(archive.label() + ".zip");
      assertThat(file).hasSize(archive.bytes());
      assertThat(sha256(Files.readAllBytes(file))).isEqualTo(archive.sha256());
      try (ZipFile zip = new ZipFile(file.toFile())) {
        assertThat(zip.stream().map(ZipEntry::getName))
            .containsExactlyElementsOf(entryNames(request, requireNonNull(archive.label())));
        for (ZipEntry entry : zip.stream().toList()) {
          assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
          assertIsPicture(zip, entry);
        }
      }
    }
  }

  @Test
  void theSameImagesGiveTheSameArchives() {
    ObjectNode request = twoLabels("again-1", 10).store().json();

    Event once = train(request).event();
    Event again = train(request.deepCopy().put("requestId", "again-2")).event();

    assertThat(again.archives())
        .extracting(Archive::sha256)
        .isEqualTo(once.archives().stream().map(Archive::sha256).toList());
  }

  @Test
  void theSameRequestAgainIsToldItsOutcomeAgainAndCreatesNoOtherClassifier() {
    String key = key();
    ObjectNode failing = twoLabels("twice-failed", 10).store().json();
    ((ObjectNode) failing.at("/labels/cat/0")).put("url", "no address at all");
    for (ObjectNode request : List.of(twoLabels("twice", 10).store().json(), failing)) {
      String id = request.get("requestId").textValue();
      train(request);

      site.send(request);

      await("told again").until(() -> site.outcomes(id).size() == 2);
      assertThat(site.outcomes(id).get(1).event()).isEqualTo(site.outcomes(id).get(0).event());
      assertThat(site.results(id))
          .filteredOn(result -> result.event().type() == ACCEPTED)
          .hasSize(1);
    }
    ObjectNode uploaded = twoLabels("twice-uploaded", 10).watson(key, key()).json();
    site.send(uploaded);
    train(uploaded);
    site.send(uploaded);
    // Of the same project, so behind the repeat in the same partition.
    Event next = train(uploaded.deepCopy().put("requestId", "after-twice")).event();

    assertThat(next.type()).isEqualTo(UPLOADED);
    assertThat(site.endings().get("twice-uploaded")).hasSize(1);
    assertThat(creates(key)).filteredOn(call -> call.status() == 200).hasSize(1);
  }

  @Test
  void aNewerRequestOfTheProjectTakesThePlaceOfTheOneThatRuns() {
    ObjectNode old = twoLabels("old-press", 2_000).store().json();
    sent.add(site.send(old));
    await("it runs")
        .until(
            () -> site.results("old-press").stream().anyMatch(r -> r.event().type() == PROGRESS));
    ObjectNode newer = twoLabels("new-press", 10).store().json();
    newer.put("projectId", old.get("projectId").textValue());

    Event outcome = train(newer).event();

    assertThat(outcome.type()).isEqualTo(STORED);
    Event superseded = site.outcome("old-press").event();
    assertThat(superseded.type()).isEqualTo(FAILED);
    assertThat(superseded.error()).extracting("code").isEqualTo(FailureCode.SUPERSEDED);
    assertThat(superseded.images().done()).isLessThan(4_000);
  }

  @Test
  void aPictureUnderTwoLabelsIsFetchedOnceAndNamedInAWarning() {
    RequestBuilder builder = twoLabels("repeated-picture", 9).store();
    String url = services.pictures().pictureUrl(pictures++);
    builder.download("cat", "cat-again", url).download("dog", "dog-again", url);
    long before = services.pictures().requests().getOrDefault("pictures", 0L);

    Event outcome = train(builder.json()).event();

    assertThat(outcome.images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(outcome.archives()).extracting(Archive::images).containsExactly(10, 10);
    assertThat(services.pictures().requests().getOrDefault("pictures", 0L) - before).isEqualTo(19);
    assertThat(site.results("repeated-picture").get(0).event().warnings())
        .extracting("code", "label", "location.imageid")
        .containsExactly(tuple(FailureCode.IMAGE_UNDER_SEVERAL_LABELS, "dog", "dog-again"));
  }

  @Test
  void labelsOfAnyScriptReachTheStoreAndTheTrainerAsTheyAre() {
    List<String> labels = List.of("猫", "犬", "قطة", "🐶");
    String key = key();

    Event trained = train(labels("scripts-trained", labels, 10).watson(key).json()).event();
    Event stored = train(labels("scripts-stored", labels, 10).store().json()).event();

    assertThat(onlyClassifier(key).classes()).containsExactlyInAnyOrderElementsOf(labels);
    for (Event outcome : List.of(trained, stored)) {
      assertThat(outcome.archives()).extracting(Archive::label).containsExactlyElementsOf(labels);
    }
    for (Archive archive : stored.archives()) {
      assertThat(archives("scripts-stored").resolve(archive.label() + ".zip"))
          .hasSize(archive.bytes());
    }
  }

  @Test
  void aCancelledRequestEndsAndItsPicturesAreNotFetched() {
    ObjectNode unwanted = twoLabels("unwanted", 2_000).store().json();
    sent.add(site.send(unwanted));
    await("it runs")
        .until(() -> site.results("unwanted").stream().anyMatch(r -> r.event().type() == PROGRESS));
    site.cancel("unwanted");

    Event outcome = site.outcome("unwanted").event();

    assertThat(outcome.type()).isEqualTo(CANCELLED);
    assertThat(outcome.images().done()).isLessThan(4_000);
    // Of the same project, so behind the images of the first.
    ObjectNode next = twoLabels("wanted", 10).store().json();
    next.put("projectId", unwanted.get("projectId").textValue());
    assertThat(train(next).event().type()).isEqualTo(STORED);
  }

  @Test
  void smallRequestsBehindALargeOneFinishFirst() {
    sent.add(site.send(twoLabels("large-in-front", 600).store().json()));
    List<String> small =
        IntStream.range(0, 10)
            .mapToObj(i -> site.send(twoLabels("small-behind-" + i, 10).store().json()))
            .toList();
    sent.addAll(small);

    small.forEach(site::outcome);
    assertThat(site.outcomes("large-in-front")).isEmpty();
    assertThat(site.outcome("large-in-front").event().images())
        .isEqualTo(new ImageCounts(1_200, 1_200, 0));
  }

  @Test
  void everyImageThatFailsIsListedWithItsCodeAndLocation() throws Exception {
    RequestBuilder builder = twoLabels("all-faults", 10).store().onImageFailure("fail");
    Map<String, String> codes = new LinkedHashMap<>();
    for (PictureFault fault : PictureFault.values()) {
      builder.download("dog", fault.name(), services.pictures().faultUrl(fault, pictures++));
      codes.put(fault.name(), fault.code());
    }
    builder.download("dog", "ftp", "ftp://127.0.0.1/picture.jpg");
    codes.put("ftp", "image-blocked-address");
    builder.download("dog", "file", "file:///etc/hostname");
    codes.put("file", "image-unreachable");
    builder.download("dog", "words", "no address at all");
    codes.put("words", "image-unreachable");
    builder.retrieve("dog", "gone", new StoredImage("gone", "project", "user", "class"));
    codes.put("gone", "store-missing");
    builder.retrieve("dog", "outside", new StoredImage("id", "..x", "~", "a b"));
    codes.put("outside", "store-missing");
    ObjectNode request = builder.json();

    Result outcome = train(request);

    assertThat(outcome.event().type()).isEqualTo(FAILED);
    assertThat(outcome.event().images())
        .isEqualTo(new ImageCounts(20 + codes.size(), 20, codes.size()));
    assertThat(codesOf(outcome)).isEqualTo(codes);
    assertThat(outcome.event().failures())
        .allSatisfy(
            failure -> {
              assertThat(failure.label()).isEqualTo("dog");
              assertThat(failure.message()).isNotBlank();
            });
    assertThat(locations(outcome)).isEqualTo(images(request, "dog").subList(10, 10 + codes.size()));
    assertThat(files("all-faults")).noneMatch(name -> name.endsWith("zip"));
  }

  @Test
  void skippedImagesAreListedAndTheRestIsTrained() {
    String key = key();
    RequestBuilder builder = twoLabels("skips", 10).watson(key).onImageFailure("skip");
    fault(builder, "cat", PictureFault.NOT_FOUND);
    fault(builder, "cat", PictureFault.HTML);
    web(builder, "cat", "after-the-bad-ones");
    fault(builder, "dog", PictureFault.TRUNCATED);

    Result outcome = train(builder.json());

    assertThat(outcome.event().type()).isEqualTo(UPLOADED);
    assertThat(outcome.event().images()).isEqualTo(new ImageCounts(24, 21, 3));
    assertThat(codesOf(outcome))
        .containsExactly(
            Map.entry("NOT_FOUND", "image-unreachable"),
            Map.entry("HTML", "image-unsupported"),
            Map.entry("TRUNCATED", "image-unsupported"));
    assertThat(creates(key).get(0).examples())
        .extracting("className", "images")
        .containsExactlyInAnyOrder(tuple("cat", 11), tuple("dog", 10));
  }

  @Test
  void aLabelThatSkippingLeavesWithTooFewImagesFailsTheRequest() {
    String key = key();
    RequestBuilder builder = twoLabels("too-few", 10).watson(key).onImageFailure("skip");
    for (int i = 0; i < 9; i++) {
      web(builder, "fish", "fish-" + i);
    }
    fault(builder, "fish", PictureFault.FORBIDDEN);

    Result outcome = train(builder.json());

    assertThat(outcome.event().type()).isEqualTo(FAILED);
    assertThat(outcome.event().error())
        .extracting("code")
        .isEqualTo(FailureCode.LABEL_TOO_FEW_IMAGES);
    assertThat(outcome.event().failures())
        .extracting("code", "label")
        .containsExactly(
            tuple(FailureCode.LABEL_TOO_FEW_IMAGES, "fish"),
            tuple(FailureCode.IMAGE_FORBIDDEN, "fish"));
    assertThat(outcome.event().failures().get(0).message())
        .isEqualTo("Not enough images to train the classifier");
    assertThat(creates(key)).isEmpty();
  }

  @Test
  void aFullPlanMovesOnToTheNextCredentialsUntilNoneAreLeft() {
    String first = key();
    String second = key();
    ObjectNode request = twoLabels("plan-1", 10).watson(first, second).json();

    Event filled = train(request).event();
    Event movedOn = train(request.deepCopy().put("requestId", "plan-2")).event();
    Event exhausted = train(request.deepCopy().put("requestId", "plan-3")).event();

    assertThat(filled.classifier()).extracting("credentials").isEqualTo(first);
    assertThat(movedOn.type()).isEqualTo(UPLOADED);
    assertThat(movedOn.classifier()).extracting("credentials").isEqualTo(second);
    assertThat(exhausted.type()).isEqualTo(FAILED);
    assertThat(exhausted.error()).extracting("code").isEqualTo(FailureCode.CREDENTIALS_EXHAUSTED);
    assertThat(exhausted.error()).extracting("message").asString().contains(first, second);
    assertThat(onlyClassifier(second).id())
        .isEqualTo(movedOn.classifier() == null ? null : movedOn.classifier().id());
  }

  @Test
  void aRejectedKeyIsNamedWhetherOrNotAnotherOneServes() {
    String rejected = key();
    String good = key();
    services.watson().setKeyState(rejected, Key.State.BLOCKED);
    ObjectNode served = twoLabels("rejected-key", 10).watson("no-such-file", rejected, good).json();
    ObjectNode unserved = twoLabels("only-rejected-key", 10).watson(rejected).json();

    Event uploaded = train(served).event();
    Event failed = train(unserved).event();

    assertThat(uploaded.type()).isEqualTo(UPLOADED);
    assertThat(uploaded.classifier()).extracting("credentials").isEqualTo(good);
    assertThat(uploaded.failures())
        .extracting("code", "message")
        .containsExactly(
            tuple(
                FailureCode.CREDENTIALS_REJECTED,
                "The credentials no-such-file were not accepted: there are no usable credentials of"
                    + " this name"),
            tuple(
                FailureCode.CREDENTIALS_REJECTED,
                "The credentials " + rejected + " were not accepted"));
    assertThat(failed.type()).isEqualTo(FAILED);
    assertThat(failed.error()).extracting("code").isEqualTo(FailureCode.CREDENTIALS_REJECTED);
    assertThat(failed.failures())
        .extracting("code", "message")
        .containsExactly(
            tuple(
                FailureCode.CREDENTIALS_REJECTED,
                "The credentials " + rejected + " were not accepted"));
  }

  @Test
  void anUploadThatKeepsFailingFailsTheRequestAndLeavesItsJournal() throws Exception {
    String key = key();
    services.watson().failNextCreates(key, new Fault.Status(500), new Fault.Status(503));
    ObjectNode request = twoLabels("upload-fails", 10).watson(key).json();

    Event outcome = train(request).event();

    assertThat(outcome.type()).isEqualTo(FAILED);
    assertThat(outcome.error()).extracting("code").isEqualTo(FailureCode.UPLOAD_FAILED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(services.watson().classifiers())
        .noneMatch(classifier -> classifier.keyName().equals(key));
    // Small archives travel with the request, so there are none to leave.
    assertThat(files("upload-fails")).contains("decision.json", "upload.json");
  }

  @Test
  void twoLabelsOfThreeHundredImagesAreServed() {
    String key = key();

    Event outcome = train(twoLabels("large", 300).watson(key).json()).event();

    assertThat(outcome.type()).isEqualTo(UPLOADED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(600, 600, 0));
    assertThat(creates(key).get(0).examples()).extracting("images").containsOnly(300);
    assertThat(site.results("large"))
        .extracting(result -> result.event().images().done())
        .isSorted();
  }

  @Test
  void aRequestOfEightMegabytesWhoseImagesAllFailEndsInAnEventThatFits() {
    int eachLabel = 4_000;
    Random random = new Random(1);
    RequestBuilder builder = request("eight-megabytes").store();
    for (int i = 0; i < 2 * eachLabel; i++) {
      // Noise, so that compression does not make little of it; and nothing may be fetched there.
      byte[] noise = new byte[670];
      random.nextBytes(noise);
      builder.download(
          i < eachLabel ? "cat" : "dog",
          "image-" + i,
          "http://169.254.169.254/" + Base64.getUrlEncoder().encodeToString(noise));
    }
    ObjectNode request = builder.json();
    assertThat(request.toString().length()).isBetween(7_500_000, LocalKafka.MAX_MESSAGE_BYTES);

    Result outcome = train(request);

    assertThat(outcome.event().type()).isEqualTo(FAILED);
    assertThat(outcome.event().images())
        .isEqualTo(new ImageCounts(2 * eachLabel, 0, 2 * eachLabel));
    assertThat(outcome.message().value().length)
        .isBetween(LocalKafka.MAX_MESSAGE_BYTES / 4, LocalKafka.MAX_MESSAGE_BYTES);
    assertThat(outcome.event().failures())
        .extracting("code")
        .containsOnly(FailureCode.IMAGE_BLOCKED_ADDRESS);
    assertThat(train(twoLabels("after-eight-megabytes", 10).store().json()).event().type())
        .isEqualTo(STORED);
  }

  /**
   * A message that cannot be served.
   *
   * @param requestId null if nobody can be told
   * @param faults pointers to the fields at fault, with their codes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record BadMessage(
      @Nullable String requestId, byte @Nullable [] value, Map<String, String> faults) {

    static BadMessage unreadable(String text) {
      return new BadMessage(null, text.getBytes(UTF_8), Map.of());
    }

    static BadMessage of(ObjectNode request, String... invalid) {
      Map<String, String> faults = new LinkedHashMap<>();
      for (String pointer : invalid) {
        faults.put(pointer, "invalid-request");
      }
      return new BadMessage(
          request.get("requestId").textValue(), request.toString().getBytes(UTF_8), faults);
    }

    BadMessage with(String pointer, String code) {
      faults.put(pointer, code);
      return this;
    }
  }

  @Test
  void badMessagesAreSetAsideAsTheyCameAndTheJobGoesOn() {
    Map<String, BadMessage> messages = badMessages();
    Map<String, RecordMetadata> places = new LinkedHashMap<>();
    messages.forEach(
        (what, message) -> {
          var bad = new ProducerRecord<>(Topics.REQUESTS, what.getBytes(UTF_8), message.value());
          bad.headers().add("of-the-site", what.getBytes(UTF_8));
          places.put(what, site.send(bad));
        });

    messages.forEach(
        (what, message) -> {
          ConsumerRecord<byte[], byte[]> letter = site.deadLetter(requireNonNull(places.get(what)));
          assertThat(letter.key()).as(what).isEqualTo(what.getBytes(UTF_8));
          assertThat(letter.value()).as(what).isEqualTo(message.value());
          assertThat(Site.header(letter, "of-the-site")).isEqualTo(what);
          assertThat(Site.header(letter, "satchel-topic")).isEqualTo(Topics.REQUESTS);
          assertThat(Site.header(letter, "satchel-reason")).as(what).startsWith("Invalid request");
          if (message.requestId() != null) {
            sent.add(message.requestId());
            Result rejected = site.outcome(message.requestId());
            assertThat(rejected.event().type()).as(what).isEqualTo(REJECTED);
            assertThat(rejected.event().error()).extracting("message").asString().isNotBlank();
            assertThat(faults(rejected)).as(what).isEqualTo(message.faults());
          }
        });
    assertThat(train(twoLabels("after-bad-messages", 10).store().json()).event().type())
        .isEqualTo(STORED);
  }

  @Test
  void aBadMessageTooLargeForALetterIsNamedByItsPlace() {
    byte[] noise = new byte[LocalKafka.MAX_MESSAGE_BYTES - 400];
    new Random(1).nextBytes(noise);
    RecordMetadata largest =
        site.send(new ProducerRecord<>(Topics.REQUESTS, new byte[] {1}, noise));
    byte[] almost = Arrays.copyOf(noise, LocalKafka.MAX_MESSAGE_BYTES - 70_000);
    RecordMetadata large = site.send(new ProducerRecord<>(Topics.REQUESTS, new byte[] {1}, almost));

    ConsumerRecord<byte[], byte[]> letter = site.deadLetter(largest);
    assertThat(letter.value()).isNull();
    assertThat(Site.header(letter, "satchel-reason"))
        .startsWith("Invalid request")
        .contains(String.valueOf(noise.length + 1));
    assertThat(site.deadLetter(large).value()).isEqualTo(almost);
  }

  private Map<String, BadMessage> badMessages() {
    Map<String, BadMessage> bad = new LinkedHashMap<>();
    bad.put("no value", new BadMessage(null, null, Map.of()));
    bad.put("no content", BadMessage.unreadable(""));
    bad.put("not JSON", BadMessage.unreadable("{\"requestId\": \"bad-not-json\", "));
    bad.put("bytes", new BadMessage(null, new byte[] {-1, 0, -2, 7}, Map.of()));
    bad.put("not an object", BadMessage.unreadable("[\"requestId\"]"));
    bad.put("10,000 brackets", BadMessage.unreadable("[".repeat(10_000)));
    bad.put(
        "10,000 brackets in a field",
        BadMessage.unreadable(
            "{\"requestId\": \"bad-nested\", \"labels\": "
                + "[".repeat(10_000)
                + "]".repeat(10_000)
                + "}"));
    ObjectNode bare = twoLabels("bad-bare", 10).json();
    bare.remove(List.of("projectId", "name", "labels"));
    bad.put("missing fields", BadMessage.of(bare, "/projectId", "/name", "/labels", "/deliverTo"));

    ObjectNode type = twoLabels("bad-type", 10).store().json();
    ((ObjectNode) type.at("/labels/cat/3")).put("type", "telepathy");
    ((ObjectNode) type.at("/labels/dog/0")).remove("url");
    bad.put("image type", BadMessage.of(type, "/labels/cat/3/type", "/labels/dog/0/url"));

    RequestBuilder nine = twoLabels("bad-nine", 10).store();
    for (int i = 0; i < 9; i++) {
      web(nine, "fish", "fish-" + i);
    }
    bad.put("9 images", BadMessage.of(nine.json()).with("/labels/fish", "label-too-few-images"));

    RequestBuilder many = twoLabels("bad-many", 10).store();
    for (int i = 0; i < 10_001; i++) {
      many.download("fish", "fish-" + i, "http://example.org/" + i);
    }
    bad.put(
        "10,001 images", BadMessage.of(many.json()).with("/labels/fish", "label-too-many-images"));

    RequestBuilder one = request("bad-one-label").store();
    for (int i = 0; i < 10; i++) {
      web(one, "cat", "cat-" + i);
    }
    bad.put("one label", BadMessage.of(one.json(), "/labels"));

    bad.put(
        "id of 65 characters",
        BadMessage.of(twoLabels("x".repeat(65), 10).store().json(), "/requestId"));

    RequestBuilder repeated = twoLabels("bad-repeat", 10).store();
    web(repeated, "dog", "cat-0");
    bad.put("repeated imageid", BadMessage.of(repeated.json(), "/labels/dog/10"));
    return bad;
  }

  private Map<String, String> faults(Result rejected) {
    Map<String, String> faults = new LinkedHashMap<>();
    for (JsonNode failure : rejected.json().withArrayProperty("failures")) {
      faults.put(
          failure.required("location").required("pointer").textValue(),
          failure.required("code").textValue());
    }
    return faults;
  }

  private Result train(ObjectNode request) {
    sent.add(request.get("requestId").textValue());
    return site.train(request);
  }

  /** Credentials with room for one classifier, which no other test uses. */
  private String key() {
    return "pool-" + ++keys;
  }

  private static RequestBuilder request(String id) {
    return new RequestBuilder(id, "project-" + id, "pupil", "Pets");
  }

  /** A request with as many images from the web in each of two labels. */
  private RequestBuilder twoLabels(String id, int images) {
    return labels(id, List.of("cat", "dog"), images);
  }

  private RequestBuilder labels(String id, List<String> labels, int images) {
    RequestBuilder request = request(id);
    for (String label : labels) {
      for (int i = 0; i < images; i++) {
        web(request, label, label + "-" + i);
      }
    }
    return request;
  }

  private void web(RequestBuilder request, String label, String imageid) {
    request.download(label, imageid, services.pictures().pictureUrl(pictures++));
  }

  private void fault(RequestBuilder request, String label, PictureFault fault) {
    request.download(label, fault.name(), services.pictures().faultUrl(fault, pictures++));
  }

  /** An image in the store, whose object is named as the site's pictures are. */
  private void stored(RequestBuilder request, String label, String imageid) {
    String address = services.pictures().pictureUrl(pictures);
    String objectid = imageid + address.substring(address.lastIndexOf('.'));
    var image = new StoredImage(objectid, "project", "pupil", "class");
    byte[] picture = services.pictures().picture(pictures++).bytes();
    services.s3().put(LocalServices.IMAGES_BUCKET, image.key(), picture);
    request.retrieve(label, imageid, image);
  }

  /** What the images of a label must be called in their archive. */
  private static List<String> entryNames(ObjectNode request, String label) {
    return images(request, label).stream()
        .map(
            image -> {
              String source =
                  image.path("url").asText() + image.path("spec").path("objectid").asText();
              return image.get("imageid").textValue() + (source.endsWith(".jpg") ? ".jpg" : ".png");
            })
        .toList();
  }

  private static List<JsonNode> images(ObjectNode request, String label) {
    return StreamSupport.stream(request.at("/labels/" + label).spliterator(), false).toList();
  }

  private static List<JsonNode> locations(Result result) {
    List<JsonNode> locations = new ArrayList<>();
    result.json().get("failures").forEach(failure -> locations.add(failure.get("location")));
    return locations;
  }

  private static Map<String, String> codesOf(Result result) {
    Map<String, String> codes = new LinkedHashMap<>();
    for (JsonNode failure : result.json().get("failures")) {
      codes.put(failure.at("/location/imageid").textValue(), failure.get("code").textValue());
    }
    return codes;
  }

  private Classifier onlyClassifier(String key) {
    List<Classifier> classifiers =
        services.watson().classifiers().stream()
            .filter(classifier -> classifier.keyName().equals(key))
            .toList();
    assertThat(classifiers).hasSize(1);
    return classifiers.get(0);
  }

  private List<Call> creates(String key) {
    return services.watson().history().stream()
        .filter(call -> call.kind() == CallKind.CREATE && call.keyName().equals(key))
        .toList();
  }

  private Path archives(String requestId) {
    return services.archivesDirectory().resolve(requestId);
  }

  private List<String> files(String requestId) throws IOException {
    try (Stream<Path> files = Files.list(archives(requestId))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static void assertIsPicture(ZipFile zip, ZipEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry);
        var image = ImageIO.createImageInputStream(in)) {
      ImageReader reader = ImageIO.getImageReaders(image).next();
      reader.setInput(image);
      var picture = reader.read(0);
      assertThat(tuple(reader.getFormatName(), picture.getWidth(), picture.getHeight()))
          .as(entry.getName())
          .isEqualTo(tuple(entry.getName().endsWith(".jpg") ? "JPEG" : "png", 224, 224));
      reader.dispose();
    }
  }
}
