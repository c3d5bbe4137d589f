package io.github.satchel.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ibm.cloud.sdk.core.security.BasicAuthenticator;
import com.ibm.cloud.sdk.core.security.IamAuthenticator;
import com.ibm.cloud.sdk.core.service.exception.BadRequestException;
import com.ibm.cloud.sdk.core.service.exception.NotFoundException;
import com.ibm.cloud.sdk.core.service.exception.TooManyRequestsException;
import com.ibm.watson.visual_recognition.v3.VisualRecognition;
import com.ibm.watson.visual_recognition.v3.model.ClassResult;
import com.ibm.watson.visual_recognition.v3.model.Classifier;
import com.ibm.watson.visual_recognition.v3.model.ClassifyOptions;
import com.ibm.watson.visual_recognition.v3.model.CreateClassifierOptions;
import com.ibm.watson.visual_recognition.v3.model.DeleteClassifierOptions;
import com.ibm.watson.visual_recognition.v3.model.GetClassifierOptions;
import com.ibm.watson.visual_recognition.v3.model.UpdateClassifierOptions;
import io.github.satchel.trainer.embedding.Network;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains and classifies for real, with a tiny network; IBM's own SDK is the client. */
@SuppressWarnings("deprecation") // IBM withdrew the service and deprecated its SDK.
class TrainerTest {
  private static final String VERSION = "2018-03-19";
  private static final String KEY = "a-key-for-class-seven";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path directory;
  private Network network;
  private Trainer trainer;

  @BeforeEach
  void start() throws IOException {
    network = TinyNetwork.in(directory);
    trainer = builder().start();
  }

  @AfterEach
  void stop() throws IOException {
    trainer.close();
  }

  private Trainer.Builder builder() {
    return Trainer.builder(directory.resolve("trainer"), network)
        .withKey("class-7", KEY, 3)
        .withKey("class-8", "another-key-for-class-8", 3);
  }

  private VisualRecognition sdk() {
    var sdk = new VisualRecognition(VERSION, new BasicAuthenticator("apikey", KEY));
    sdk.setServiceUrl(trainer.uri().toString());
    return sdk;
  }

  private Classifier created(VisualRecognition sdk) {
    return sdk.createClassifier(
            new CreateClassifierOptions.Builder("pets")
                .addPositiveExamples("sun", new ByteArrayInputStream(TestPictures.zip(true, 12, 1)))
                .addPositiveExamples(
                    "house", new ByteArrayInputStream(TestPictures.zip(false, 12, 1)))
                .build())
        .execute()
        .getResult();
  }

  private Classifier ready(VisualRecognition sdk, String id) {
    return await()
        .atMost(PATIENCE)
        .until(
            () ->
                sdk.getClassifier(new GetClassifierOptions.Builder(id).build())
                    .execute()
                    .getResult(),
            classifier -> !classifier.getStatus().contains("training"));
  }

  private static List<ClassResult> classes(VisualRecognition sdk, String id, byte[] picture) {
    return sdk.classify(
            new ClassifyOptions.Builder()
                .imagesFile(new ByteArrayInputStream(picture))
                .imagesFilename("what.png")
                .addClassifierId(id)
                .threshold(0f)
                .build())
        .execute()
        .getResult()
        .getImages()
        .get(0)
        .getClassifiers()
        .get(0)
        .getClasses();
  }

  @Test
  void ibmsJavaSdkCreatesListsClassifiesAndDeletes() {
    VisualRecognition sdk = sdk();
    Classifier created = created(sdk);
    assertThat(created.getStatus()).isEqualTo("training");
    assertThat(ready(sdk, created.getClassifierId()).getStatus()).isEqualTo("ready");
    assertThat(sdk.listClassifiers().execute().getResult().getClassifiers())
        .extracting(Classifier::getClassifierId)
        .containsExactly(created.getClassifierId());
    for (int seed = 100; seed < 110; seed++) {
      assertThat(classes(sdk, created.getClassifierId(), TestPictures.sun(seed)).get(0).getXClass())
          .isEqualTo("sun");
      assertThat(
              classes(sdk, created.getClassifierId(), TestPictures.house(seed)).get(0).getXClass())
          .isEqualTo("house");
    }
    sdk.deleteClassifier(new DeleteClassifierOptions.Builder(created.getClassifierId()).build())
        .execute();
    assertThatThrownBy(
            () ->
                sdk.getClassifier(
                        new GetClassifierOptions.Builder(created.getClassifierId()).build())
                    .execute())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void classesKeepNamesOfAnyScript() {
    VisualRecognition sdk = sdk();
    List<String> names = List.of("猫", "犬", "قطة", "🐶", "a b", "a_b", "café", "cafe\u0301");
    var options = new CreateClassifierOptions.Builder("scripts");
    for (String name : names) {
      options.addPositiveExamples(
          name, new ByteArrayInputStream(TestPictures.zip(true, 10, names.indexOf(name))));
    }

    Classifier created = sdk.createClassifier(options.build()).execute().getResult();

    ready(sdk, created.getClassifierId());
    assertThat(classes(sdk, created.getClassifierId(), TestPictures.sun(5)))
        .extracting(ClassResult::getXClass)
        .containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void aTokenOfIamIsAsGoodAsTheKey() {
    var iam = new IamAuthenticator.Builder().apikey(KEY).url(trainer.uri().toString()).build();
    var sdk = new VisualRecognition(VERSION, iam);
    sdk.setServiceUrl(trainer.uri().toString());
    assertThat(sdk.listClassifiers().execute().getResult().getClassifiers()).isEmpty();
  }

  @Test
  void moreExamplesMakeAThirdClassAndOnesThatWereNotKeptCannotGrow() throws Exception {
    VisualRecognition sdk = sdk();
    String id = created(sdk).getClassifierId();
    ready(sdk, id);
    sdk.updateClassifier(
            new UpdateClassifierOptions.Builder(id)
                .addPositiveExamples(
                    "moon", new ByteArrayInputStream(TestPictures.zip(true, 10, 50)))
                .build())
        .execute();
    Classifier retrained = ready(sdk, id);
    assertThat(retrained.getStatus()).isEqualTo("ready");
    assertThat(classes(sdk, id, TestPictures.house(1))).hasSize(3);

    sdk.setDefaultHeaders(Map.of("X-Watson-Learning-Opt-Out", "true"));
    String forgetful = created(sdk).getClassifierId();
    ready(sdk, forgetful);
    assertThatThrownBy(
            () ->
                sdk.updateClassifier(
                        new UpdateClassifierOptions.Builder(forgetful)
                            .addPositiveExamples(
                                "moon", new ByteArrayInputStream(TestPictures.zip(true, 10, 50)))
                            .build())
                    .execute())
        .isInstanceOf(BadRequestException.class);
    try (Stream<Path> files = Files.walk(directory.resolve("trainer").resolve("classifiers"))) {
      assertThat(files.filter(file -> file.toString().endsWith("vectors.bin"))).hasSize(1);
    }
  }

  @Test
  void negativeExamplesTakeAShareThatNoClassGets() {
    VisualRecognition sdk = sdk();
    Classifier created =
        sdk.createClassifier(
                new CreateClassifierOptions.Builder("suns")
                    .addPositiveExamples(
                        "sun", new ByteArrayInputStream(TestPictures.zip(true, 12, 1)))
                    .negativeExamples(new ByteArrayInputStream(TestPictures.zip(false, 12, 1)))
                    .negativeExamplesFilename("not.zip")
                    .build())
            .execute()
            .getResult();
    ready(sdk, created.getClassifierId());
    List<ClassResult> house = classes(sdk, created.getClassifierId(), TestPictures.house(77));
    assertThat(house).hasSize(1);
    assertThat(house.get(0).getScore()).isLessThan(0.5f);
    assertThat(classes(sdk, created.getClassifierId(), TestPictures.sun(77)).get(0).getScore())
        .isGreaterThan(0.5f);
  }

  @Test
  void classifiersAndWhatIsUnfinishedAreThereAfterARestart() throws Exception {
    VisualRecognition sdk = sdk();
    String id = created(sdk).getClassifierId();
    ready(sdk, id);
    double score = classes(sdk, id, TestPictures.sun(5)).get(0).getScore();
    String unfinished = created(sdk).getClassifierId();
    trainer.close();
    trainer = builder().start();
    VisualRecognition again = sdk();
    assertThat((double) classes(again, id, TestPictures.sun(5)).get(0).getScore()).isEqualTo(score);
    assertThat(ready(again, unfinished).getStatus()).isEqualTo("ready");
    assertThat(classes(again, unfinished, TestPictures.sun(5))).hasSize(2);
    assertThat(directory.resolve("trainer").resolve("incoming")).isEmptyDirectory();
  }

  @Test
  void theSitesWordsForWhatCannotBeClassified() throws Exception {
    VisualRecognition sdk = sdk();
    String id = created(sdk).getClassifierId();
    ready(sdk, id);
    JsonNode unknown = classified("nobody_1", TestPictures.sun(1), 404);
    assertThat(unknown.at("/images/0/error/code").asInt()).isEqualTo(404);
    assertThat(unknown.at("/images/0/error/description").asText())
        .isEqualTo("None of the requested classifier ids were found: nobody_1");
    JsonNode text = classified(id, "no picture".getBytes(UTF_8), 400);
    assertThat(text.at("/images/0/error/description").asText())
        .isEqualTo(
            "Invalid/corrupted image data. Supported image file formats are GIF, JPEG, PNG, and TIFF. "
                + "Supported compression format is ZIP.");
    byte[] small =
        TestPictures.encoded(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB), "png");
    JsonNode tiny = classified(id, small, 400);
    assertThat(tiny.at("/images/0/error/description").asText())
        .startsWith("Image resolution is smaller than the minimum limit");
  }

  @Test
  void anotherKeySeesNothingAndNoKeyIsRefused() throws Exception {
    VisualRecognition sdk = sdk();
    String id = created(sdk).getClassifierId();
    HttpResponse<String> other =
        get("/v3/classifiers/" + id + "?version=" + VERSION, "another-key-for-class-8");
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(get("/v3/classifiers?version=" + VERSION, "wrong").statusCode()).isEqualTo(401);
    assertThat(get("/", "wrong").statusCode()).isEqualTo(401);
    assertThat(get("/", "wrong").headers().firstValue("WWW-Authenticate")).isPresent();
  }

  @Test
  void aTeacherSeesHowGoodAClassifierIsAndWhatIsDoubtful() throws Exception {
    VisualRecognition sdk = sdk();
    String id = created(sdk).getClassifierId();
    ready(sdk, id);
    JsonNode verbose =
        MAPPER.readTree(
            get("/v3/classifiers/" + id + "?verbose=true&version=" + VERSION, KEY).body());
    assertThat(verbose.at("/leave_one_out/accuracy").asDouble()).isGreaterThan(0.9);
    assertThat(verbose.at("/leave_one_out/confusion")).hasSize(2);
    assertThat(verbose.at("/leave_one_out/doubtful")).hasSize(12);
    assertThat(get("/", KEY).body()).contains("pets").contains("sun, house");
    String page = get("/classifier/" + URLEncoder.encode(id, UTF_8), KEY).body();
    assertThat(page).contains("Right and wrong answers");
    String thumbnail = page.replaceAll("(?s).*?<img src=\"([^\"]+)\".*", "$1");
    HttpResponse<String> image = get(thumbnail, KEY);
    assertThat(image.statusCode()).isEqualTo(200);
    assertThat(image.headers().firstValue("Content-Type")).contains("image/jpeg");
    assertThat(get(thumbnail, "another-key-for-class-8").statusCode()).isEqualTo(404);
  }

  @Test
  void oneMoreThanMayWaitIsToldToComeLater() throws Exception {
    trainer.close();
    trainer = builder().trainings(1).maxWaiting(0).start();
    VisualRecognition sdk = sdk();
    int refused = 0;
    for (int i = 0; i < 3; i++) {
      try {
        created(sdk);
      } catch (TooManyRequestsException e) {
        refused++;
      }
    }
    assertThat(refused).isLessThan(3);
    await().atMost(PATIENCE).until(() -> trainer.unfinished() == 0);
    assertThat(sdk.listClassifiers().execute().getResult().getClassifiers()).hasSize(3 - refused);
  }

  @Test
  void aFullKeyIsToldSoInTheServicesWords() {
    VisualRecognition sdk = sdk();
    created(sdk);
    created(sdk);
    created(sdk);
    assertThatThrownBy(() -> created(sdk))
        .hasMessageContaining("can have only 3 custom classifier(s)");
  }

  private JsonNode classified(String id, byte[] picture, int status) throws Exception {
    String boundary = "----satchel";
    byte[] head =
        ("--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"images_file\"; filename=\"a.png\"\r\n\r\n")
            .getBytes(UTF_8);
    byte[] tail =
        ("\r\n--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"parameters\"\r\nContent-Type: application/json\r\n\r\n"
                + "{\"owners\":[\"me\"],\"classifier_ids\":[\""
                + id
                + "\"],\"threshold\":0.0}\r\n--"
                + boundary
                + "--\r\n")
            .getBytes(UTF_8);
    HttpRequest request =
        authorized("/v3/classify?version=" + VERSION, KEY)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(
                HttpRequest.BodyPublishers.concat(
                    HttpRequest.BodyPublishers.ofByteArray(head),
                    HttpRequest.BodyPublishers.ofByteArray(picture),
                    HttpRequest.BodyPublishers.ofByteArray(tail)))
            .build();
    HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return MAPPER.readTree(response.body());
  }

  private HttpResponse<String> get(String path, String key) throws Exception {
    return HTTP.send(authorized(path, key).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder authorized(String path, String key) {
    String basic = Base64.getEncoder().encodeToString(("apikey:" + key).getBytes(UTF_8));
    return HttpRequest.newBuilder(URI.create(trainer.uri() + path))
        .header("Authorization", "Basic " + basic);
  }
}
