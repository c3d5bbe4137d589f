package io.github.satchel.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {

  private static final Instant RECEIVED_AT = Instant.parse("2026-01-02T03:04:05Z");

  private static final String JWE = "eyJhbGciOiJFQ0RILUVTIn0..aXY.Y2lwaGVydGV4dA.dGFn";

  private final RequestParser parser = new RequestParser("trainer"::equals);
  private final ObjectNode json = request("r-1", 10);

  @Test
  void aRequestOfTheContractIsReadWhole() {
    json.put("unknown", "ignored");
    json.putObject("options")
        .put("onImageFailure", "skip")
        .put("deadlineSeconds", 30)
        .put("format", "png");

    TrainingRequest request = valid();

    assertThat(request.requestId()).isEqualTo("r-1");
    assertThat(request.projectId()).isEqualTo("project-1");
    assertThat(request.name()).isEqualTo("My pets");
    assertThat(request.labels()).extracting(Label::name).containsExactly("cat", "dog");
    assertThat(request.images()).isEqualTo(20);
    assertThat(request.labels().get(1).images().get(9))
        .isEqualTo(
            new ImageLocation(
                ImageLocation.Type.DOWNLOAD, "dog-9", "https://pictures.example/dog-9.jpg", null));
    assertThat(request.deliverTo())
        .isEqualTo(new Delivery(Delivery.Kind.WATSON, List.of("class-7"), List.of()));
    assertThat(request.onImageFailure()).isEqualTo(ImageFailurePolicy.SKIP);
    assertThat(request.deadlineSeconds()).isEqualTo(30);
    assertThat(request.format()).isEqualTo(OutputFormat.PNG);
    assertThat(request.receivedAt()).isEqualTo(RECEIVED_AT);
  }

  @Test
  void theDataOfACloudEventInStructuredModeIsTheRequest() {
    ObjectNode event = Json.MAPPER.createObjectNode();
    event.put("specversion", "1.0").put("id", "press-1").put("source", "https://pets.test");
    event.put("type", "test.pets.train").put("datacontenttype", "application/json");
    event.set("data", json);

    assertThat(parser.parse(event.toString().getBytes(UTF_8), RECEIVED_AT))
        .isEqualTo(new ParsedRequest.Valid(valid()));

    json.remove("name");
    assertThat(parser.parse(event.toString().getBytes(UTF_8), RECEIVED_AT))
        .isEqualTo(
            new ParsedRequest.Invalid(
                "r-1", "project-1", List.of(Failure.ofField("is missing", "/name"))));
  }

  @Test
  void labelsKeepTheirScript() {
    ObjectNode labels = (ObjectNode) json.get("labels");
    List<String> names =
        List.of("猫", "犬", "قطة", "🐶", "T－Rex", "a b", "a_b", "café", "cafe\u0301");
    for (String name : names) {
      ArrayNode images = labels.putArray(name);
      for (int i = 0; i < 10; i++) {
        images.addObject().put("type", "download").put("imageid", name + i).put("url", "https://a");
      }
    }

    assertThat(valid().labels()).extracting(Label::name).containsAll(names);
  }

  @Test
  void whatARequestLeavesOutHasTheDefaultsOfTheContract() {
    TrainingRequest request = valid();

    assertThat(request.onImageFailure()).isEqualTo(ImageFailurePolicy.FAIL);
    assertThat(request.deadlineSeconds()).isZero();
    assertThat(request.format()).isEqualTo(OutputFormat.AUTO);
  }

  @Test
  void aStoredImageIsKnownByItsObjectsIdAndKey() {
    ObjectNode image = ((ArrayNode) json.at("/labels/cat")).addObject().put("type", "retrieve");
    image
        .putObject("spec")
        .put("objectid", "o1")
        .put("projectid", "p1")
        .put("userid", "auth0|5f3c")
        .put("classid", "c1");

    ImageLocation stored = valid().labels().get(0).images().get(10);

    assertThat(stored.id()).isEqualTo("o1");
    assertThat(Objects.requireNonNull(stored.spec()).key()).isEqualTo("c1/auth0|5f3c/p1/o1");
  }

  @Test
  void thePictureUnderTwoLabelsIsAWarning() {
    JsonNode cat = json.at("/labels/cat/2");
    ((ObjectNode) json.at("/labels/cat/3")).set("url", cat.get("url"));
    ((ObjectNode) json.at("/labels/dog/4")).set("url", cat.get("url"));

    TrainingRequest request = valid();

    assertThat(Event.accepted(request).warnings())
        .containsExactly(
            Failure.ofImage(
                FailureCode.IMAGE_UNDER_SEVERAL_LABELS,
                "This picture is also under the label cat",
                "dog",
                request.labels().get(1).images().get(4)));
  }

  @Test
  void aCancelThatNamesNoRequestIsInvalid() {
    assertThat(parser.parse("{\"cancel\": {\"requestId\": \"../r\"}}".getBytes(UTF_8), RECEIVED_AT))
        .asInstanceOf(type(ParsedRequest.Invalid.class))
        .extracting(ParsedRequest.Invalid::summary)
        .asString()
        .startsWith("Invalid request: /cancel/requestId: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"forget\": {\"projectId\": \"p1\"}}",
        "{\"forget\": {\"requestId\": \"../f\", \"projectId\": \"p1\"}}",
        "{\"forget\": {\"requestId\": \"f1\"}}",
        "{\"forget\": {\"requestId\": \"f1\", \"projectId\": \"p1\", \"userId\": \"u1\"}}",
        "{\"forget\": {\"requestId\": \"f1\", \"projectId\": \"\"}}",
        "{\"forget\": {\"requestId\": \"f1\", \"userId\": null}}",
        "{\"forget\": \"p1\"}"
      })
  void aForgetThatDoesNotNameOneProjectOrUserAndItsOwnIdIsInvalid(String message) {
    assertThat(parser.parse(message.getBytes(UTF_8), RECEIVED_AT))
        .asInstanceOf(type(ParsedRequest.Invalid.class))
        .extracting(ParsedRequest.Invalid::summary)
        .asString()
        .startsWith("Invalid request: /forget");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'requestId': 'f1', 'projectId': ''} | f1 | /forget/projectId",
        "{'requestId': 'f1', 'userId': ''} | f1 | /forget/userId",
        "{'requestId': 'f1', 'userId': 7} | f1 | /forget/userId",
        "{'requestId': 'f1'} | f1 | /forget",
        "{'requestId': '../f', 'projectId': 'p1'} | ../f | /forget/requestId",
        "{'projectId': 'p1'} | | /forget/requestId"
      })
  void whoeverSentAForgetThatIsInvalidIsToldWhichFieldIsWrong(
      String forget, @Nullable String requestId, String pointer) {
    String message = "{\"forget\": %s}".formatted(forget.replace('\'', '"'));

    assertThat(parser.parse(message.getBytes(UTF_8), RECEIVED_AT))
        .asInstanceOf(type(ParsedRequest.Invalid.class))
        .satisfies(
            invalid -> {
              assertThat(invalid.requestId()).isEqualTo(requestId);
              assertThat(invalid.projectId()).isNull();
              assertThat(invalid.summary()).startsWith("Invalid request: " + pointer + ": ");
            });
  }

  @Test
  void aForgetNamesAProjectOrAUser() {
    assertThat(
            parser.parse(
                "{\"forget\": {\"requestId\": \"f1\", \"userId\": \"auth0|5f3c\"}}".getBytes(UTF_8),
                RECEIVED_AT))
        .isEqualTo(new ParsedRequest.Forget("f1", null, "auth0|5f3c"));
  }

  @Test
  void aRequestMayHaveFieldsOfTheNamesCancelAndForget() {
    json.put("cancel", true).put("forget", true);

    valid();
  }

  @Test
  void moreLabelsThanAllowedAreNamedByTheirPointer() {
    ObjectNode labels = (ObjectNode) json.get("labels");
    for (int i = 0; labels.size() < 2_000; i++) {
      labels.putArray("label " + i);
    }
    assertThat(valid().labels()).hasSize(2);

    labels.putArray("one too many");

    assertThat(pointers()).containsExactly("/labels");
  }

  @Test
  void labelsWithoutImagesAreSkipped() {
    ((ObjectNode) json.get("labels")).putArray("empty");

    assertThat(valid().labels()).extracting(Label::name).containsExactly("cat", "dog");
  }

  @Test
  void archivesMayStayInTheStore() {
    json.putObject("deliverTo").putObject("store");

    assertThat(valid().deliverTo().kind()).isEqualTo(Delivery.Kind.STORE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "pupil", "[]", "\"text\"", "42", "null", "{\"a\":1,\"a\":2}", "{} {}"})
  void whatIsNotAJsonObjectCannotBeAnswered(String message) {
    ParsedRequest.Invalid invalid = invalid(message.getBytes(UTF_8));

    assertThat(invalid.requestId()).isNull();
    assertThat(invalid.failures()).hasSize(1);
    assertThat(invalid.summary()).startsWith("Invalid request: the message: ");
  }

  @Test
  void bytesThatPassForAnotherEncodingCannotBeAnswered() {
    byte[] utf32 = {0, 0, 0, '{', 0, 0x11, 0, 0};

    assertThat(invalid(utf32).summary()).startsWith("Invalid request: the message: not JSON: ");
  }

  @Test
  void aTombstoneHasNoContent() {
    assertThat(parser.parse(null, RECEIVED_AT))
        .asInstanceOf(type(ParsedRequest.Invalid.class))
        .extracting(ParsedRequest.Invalid::summary)
        .isEqualTo("Invalid request: the message: no content");
  }

  @Test
  void tenThousandNestedBracketsAreRefusedByTheParser() {
    String nested = "{\"requestId\":\"r\",\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

    assertThat(invalid(nested.getBytes(UTF_8)).summary()).contains("not JSON").contains("nesting");
  }

  @ParameterizedTest
  @ValueSource(strings = {"requestId", "projectId", "name", "labels", "deliverTo"})
  void aMissingFieldIsNamed(String field) {
    json.remove(field);

    assertThat(faults()).containsExactly("/" + field + " is missing");
  }

  @Test
  void allFieldsAtFaultAreNamedAtOnce() {
    json.remove("name");
    json.put("projectId", 7);
    json.putObject("options").put("onImageFailure", "panic").put("deadlineSeconds", 0);
    ((ObjectNode) json.at("/labels/cat/3")).put("type", "draw");
    ((ObjectNode) json.at("/labels/dog/5")).remove("url");

    assertThat(pointers())
        .containsExactlyInAnyOrder(
            "/name",
            "/projectId",
            "/options/onImageFailure",
            "/options/deadlineSeconds",
            "/labels/cat/3/type",
            "/labels/dog/5/url");
  }

  @Test
  void fieldsThatBelongToTheOtherTypeOfImageMayBeAnything() {
    ((ObjectNode) json.at("/labels/cat/3")).put("spec", 5);
    ObjectNode stored = (ObjectNode) json.at("/labels/dog/2");
    stored.put("type", "retrieve").putObject("url").put("no", "text");
    ObjectNode spec = stored.putObject("spec");
    List.of("objectid", "projectid", "userid", "classid").forEach(name -> spec.put(name, "x"));

    List<Label> labels = valid().labels();

    assertThat(labels.get(0).images().get(3).spec()).isNull();
    assertThat(labels.get(1).images().get(2).url()).isNull();
  }

  @Test
  void aNumberBeyondAllNumbersIsRefused() {
    json.putObject("options").put("format", "HUGE");
    byte[] message = json.toString().replace("\"HUGE\"", "1e400").getBytes(UTF_8);

    assertThat(invalid(message).requestId()).isEqualTo("r-1");
    assertThat(invalid(message).failures()).isNotEmpty();
  }

  @Test
  void halfOfASurrogatePairIsInNoName() {
    json.put("name", "half HIGH");
    ((ObjectNode) json.at("/labels/cat/3")).put("imageid", "LOW");
    ((ObjectNode) json.at("/labels/dog/0")).put("imageid", "HIGHLOW");
    String escaped = json.toString().replace("HIGH", "\\ud83d").replace("LOW", "\\ude00");

    assertThat(invalid(escaped.getBytes(UTF_8)).failures())
        .extracting(RequestParserTest::pointer)
        .containsExactly("/name", "/labels/cat/3/imageid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"with space", "slash/", "\u00fc", ".", ".."})
  void anIdThatIsNotAValidOneIsAnsweredAllTheSame(String id) {
    json.put("requestId", id);

    assertThat(pointers()).containsExactly("/requestId");
    assertThat(invalid(bytes()).requestId()).isEqualTo(id);
  }

  @Test
  void noIdAndAnEndlessOneCannotBeAnswered() {
    json.put("requestId", "");
    assertThat(invalid(bytes()).requestId()).isNull();

    json.put("requestId", "x".repeat(1_001));
    assertThat(invalid(bytes()).requestId()).isNull();
  }

  @Test
  void anIdOf64CharactersIsTakenAndOneOf65IsNot() {
    json.put("requestId", "x".repeat(64));
    assertThat(valid().requestId()).hasSize(64);

    json.put("requestId", "x".repeat(65));
    assertThat(pointers()).containsExactly("/requestId");
  }

  @Test
  void aRejectionKeepsTheIdsThatCanBeRead() {
    json.remove("name");

    ParsedRequest.Invalid invalid = invalid(bytes());

    assertThat(invalid.requestId()).isEqualTo("r-1");
    assertThat(invalid.projectId()).isEqualTo("project-1");
  }

  @Test
  void aLabelOfNineImagesIsTooSmall() {
    ((ArrayNode) json.at("/labels/cat")).remove(0);

    assertThat(invalid(bytes()).failures())
        .containsExactly(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_FEW_IMAGES,
                "Not enough images to train the classifier",
                "cat"));
  }

  @Test
  void aLabelOf10000ImagesIsTakenAndOneOf10001IsTooLarge() {
    ObjectNode large = request("r-1", 10_000);
    assertThat(parser.parse(large.toString().getBytes(UTF_8), RECEIVED_AT))
        .isInstanceOf(ParsedRequest.Valid.class);

    ((ArrayNode) large.at("/labels/dog"))
        .addObject()
        .put("type", "download")
        .put("imageid", "one-more")
        .put("url", "https://pictures.example/one-more.jpg");
    assertThat(invalid(large.toString().getBytes(UTF_8)).failures())
        .containsExactly(
            Failure.ofLabel(
                FailureCode.LABEL_TOO_MANY_IMAGES,
                "Number of images exceeds maximum (10000)",
                "dog"));
  }

  @Test
  void oneLabelIsNotEnough() {
    ((ObjectNode) json.get("labels")).remove("dog");

    assertThat(pointers()).contains("/labels");
  }

  @Test
  void oneLabelWithImagesIsNotEnough() {
    ((ObjectNode) json.get("labels")).putArray("dog");

    assertThat(faults()).containsExactly("/labels at least two labels must hold images");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a/b",
        "..",
        "a-b",
        "it's",
        "a|b",
        "[a]",
        "",
        " ",
        "\u3000",
        "thirty-one characters are too m"
      })
  void aLabelThatTheServiceOrAFileSystemRefusesIsNamed(String label) {
    ObjectNode labels = (ObjectNode) json.get("labels");
    labels.set(label, labels.remove("cat"));

    assertThat(invalid(bytes()).failures())
        .contains(
            Failure.ofLabel(
                FailureCode.INVALID_REQUEST,
                "A label has 1 to 30 characters that are not all spaces, none of them"
                    + " $ * - { } \\ | / ' \" ` [ ], and is not . or ..",
                label));
  }

  @Test
  void aRepeatedImageIdIsNamedWithItsFirstPlace() {
    ((ObjectNode) json.at("/labels/dog/2")).put("imageid", "cat-1");

    assertThat(faults())
        .containsExactly("/labels/dog/2 has the same id as the image at /labels/cat/1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/passwd", "..", ".", "a\\b", "a\u0000b", ""})
  void anImageIdThatWouldLeaveItsArchiveIsRefused(String id) {
    ((ObjectNode) json.at("/labels/dog/2")).put("imageid", id);

    assertThat(pointers()).containsExactly("/labels/dog/2/imageid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"objectid", "projectid", "userid", "classid"})
  void aStoredImageCannotLeaveItsPrefix(String part) {
    ObjectNode image = (ObjectNode) json.at("/labels/dog/2");
    image.removeAll().put("type", "retrieve");
    ObjectNode spec = image.putObject("spec");
    List.of("objectid", "projectid", "userid", "classid").forEach(name -> spec.put(name, "x"));
    spec.put(part, "..");

    assertThat(pointers()).containsExactly("/labels/dog/2/spec/" + part);
  }

  @Test
  void aRequestNamesExactlyOneReceiver() {
    json.putObject("deliverTo");
    assertThat(faults())
        .containsExactly("/deliverTo names no receiver: one of watson, http and store is needed");

    ObjectNode both = json.putObject("deliverTo");
    both.putObject("store");
    both.putObject("watson").putArray("credentials").add("class-7");
    assertThat(faults()).containsExactly("/deliverTo names several receivers: store, watson");
  }

  @Test
  void anEndpointThatIsNotConfiguredIsNamed() {
    json.putObject("deliverTo").putObject("http").put("endpoint", "other");

    assertThat(faults()).containsExactly("/deliverTo/http/endpoint no such endpoint is configured");
  }

  @Test
  void anEndpointThatIsConfiguredIsTheReceiver() {
    json.putObject("deliverTo").putObject("http").put("endpoint", "trainer");

    assertThat(valid().deliverTo())
        .isEqualTo(new Delivery(Delivery.Kind.HTTP, List.of("trainer"), List.of()));
  }

  @Test
  void archivesForAnEndpointOrTheStoreCanBeOneZipWithAFolderALabel() {
    json.putObject("deliverTo").putObject("store").put("layout", "image-folder");
    assertThat(valid().deliverTo().layout()).isEqualTo(ArchiveLayout.IMAGE_FOLDER);

    json.putObject("deliverTo").putObject("store");
    assertThat(valid().deliverTo().layout()).isEqualTo(ArchiveLayout.ZIP_PER_LABEL);

    json.putObject("deliverTo")
        .putObject("http")
        .put("endpoint", "trainer")
        .put("layout", "image-folder");
    assertThat(valid().deliverTo().layout()).isEqualTo(ArchiveLayout.IMAGE_FOLDER);
  }

  @Test
  void anUnknownLayoutIsNamed() {
    json.putObject("deliverTo").putObject("store").put("layout", "tar");

    assertThat(pointers()).containsExactly("/deliverTo/store/layout");
  }

  @Test
  void anEndpointIsNamed() {
    json.putObject("deliverTo").putObject("http");
    assertThat(pointers()).containsExactly("/deliverTo/http/endpoint");

    json.putObject("deliverTo").putObject("http").put("endpoint", "../trainer");
    assertThat(pointers()).contains("/deliverTo/http/endpoint");

    json.putObject("deliverTo").put("http", "trainer");
    assertThat(pointers()).containsExactly("/deliverTo/http");
  }

  @Test
  void whatIsReplacedIsNamedByPlainIds() {
    ObjectNode watson = (ObjectNode) json.at("/deliverTo/watson");
    watson.putArray("replaces").add("").add(7).add("Mes bêtes_1941945966");

    assertThat(pointers())
        .containsExactly("/deliverTo/watson/replaces/0", "/deliverTo/watson/replaces/1");
  }

  @Test
  void credentialsThatWouldLeaveTheirDirectoryAreRefused() {
    ((ArrayNode) json.at("/deliverTo/watson/credentials")).add("../secret");

    assertThat(pointers()).containsExactly("/deliverTo/watson/credentials/1");
  }

  @Test
  void credentialsCanComeEncrypted() {
    encrypted("class-8", JWE);

    assertThat(valid().deliverTo())
        .isEqualTo(
            new Delivery(
                Delivery.Kind.WATSON,
                List.of("class-7", "class-8"),
                List.of(),
                Map.of("class-8", JWE),
                ArchiveLayout.ZIP_PER_LABEL));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret-key",
        "a.b.c.d",
        ".a.b.c.d",
        "a.b.c.d.",
        "a.b.c.d.e.f",
        "a.b.c.d.é",
        "a.b.c.d.e\n"
      })
  void whatIsNoCompactJweIsRefusedWithoutRepeatingIt(String jwe) {
    encrypted("class-8", jwe);

    assertThat(pointers()).containsOnly("/deliverTo/watson/credentials/1/jwe");
    assertThat(faults()).noneMatch(fault -> fault.contains("secret"));
  }

  @Test
  void encryptedCredentialsAreBoundedInSizeAndNumber() {
    encrypted("class-8", JWE + "x".repeat(4097 - JWE.length()));
    assertThat(pointers()).containsExactly("/deliverTo/watson/credentials/1/jwe");

    ((ArrayNode) json.at("/deliverTo/watson/credentials")).remove(1);
    for (int i = 0; i < 5; i++) {
      encrypted("more-" + i, JWE);
    }
    assertThat(valid().deliverTo().encryptedCredentials()).hasSize(5);
    encrypted("more-5", JWE);
    assertThat(pointers()).containsExactly("/deliverTo/watson/credentials");
  }

  @Test
  void encryptedCredentialsHaveANameOfTheirOwn() {
    encrypted("class-7", JWE);
    assertThat(faults())
        .containsExactly(
            "/deliverTo/watson/credentials/1 has the same name as the credentials at"
                + " /deliverTo/watson/credentials/0");

    ArrayNode credentials = (ArrayNode) json.at("/deliverTo/watson/credentials");
    credentials.removeAll().addObject().put("jwe", JWE);
    credentials.addObject().put("name", "../x").put("jwe", JWE);
    credentials.addObject().put("name", "class-7");
    credentials.addObject().put("name", 7).put("jwe", 7);
    credentials.add(7);
    assertThat(pointers())
        .containsExactly(
            "/deliverTo/watson/credentials/0/name",
            "/deliverTo/watson/credentials/1/name",
            "/deliverTo/watson/credentials/2/jwe",
            "/deliverTo/watson/credentials/3/name",
            "/deliverTo/watson/credentials/3/jwe",
            "/deliverTo/watson/credentials/4");
  }

  private void encrypted(String name, String jwe) {
    ((ArrayNode) json.at("/deliverTo/watson/credentials"))
        .addObject()
        .put("name", name)
        .put("jwe", jwe);
  }

  @Test
  void aMillionBrokenImagesAreNotAllListed() {
    ArrayNode images = (ArrayNode) json.at("/labels/cat");
    images.removeAll();
    for (int i = 0; i < 10_000; i++) {
      images.addObject();
    }

    assertThat(invalid(bytes()).failures())
        .hasSizeBetween(RequestParser.MAX_FAILURES, RequestParser.MAX_FAILURES + 10);
  }

  @Test
  void aMessageThatIsHugeBesideItsImagesIsRefusedWithoutReadingItAll() {
    ArrayNode credentials = (ArrayNode) json.at("/deliverTo/watson/credentials");
    for (int i = 0; i < 20_000; i++) {
      credentials.add(i);
    }

    assertThat(invalid(bytes()).failures()).hasSize(1);
  }

  @Test
  void namesWithASlashOrATildeAreEscapedInPointers() {
    ObjectNode labels = (ObjectNode) json.get("labels");
    labels.set("a~b", labels.remove("cat"));
    ((ObjectNode) labels.get("a~b").get(0)).remove("url");

    assertThat(pointers()).containsExactly("/labels/a~0b/0/url");
  }

  private byte[] bytes() {
    return json.toString().getBytes(UTF_8);
  }

  private TrainingRequest valid() {
    ParsedRequest parsed = parser.parse(bytes(), RECEIVED_AT);
    assertThat(parsed).isInstanceOf(ParsedRequest.Valid.class);
    return ((ParsedRequest.Valid) parsed).request();
  }

  private ParsedRequest.Invalid invalid(byte[] message) {
    ParsedRequest parsed = parser.parse(message, RECEIVED_AT);
    assertThat(parsed).isInstanceOf(ParsedRequest.Invalid.class);
    return (ParsedRequest.Invalid) parsed;
  }

  private List<String> pointers() {
    return invalid(bytes()).failures().stream().map(RequestParserTest::pointer).toList();
  }

  private List<String> faults() {
    return invalid(bytes()).failures().stream()
        .map(failure -> pointer(failure) + " " + failure.message())
        .toList();
  }

  private static String pointer(Failure failure) {
    return Objects.requireNonNull(Objects.requireNonNull(failure.location()).pointer());
  }

  /** A request as the site writes it, with that many images in each of two labels. */
  private static ObjectNode request(String id, int images) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    request
        .put("requestId", id)
        .put("projectId", "project-1")
        .put("classId", "class-1")
        .put("userId", "auth0|5f3c")
        .put("name", "My pets");
    ObjectNode labels = request.putObject("labels");
    for (String label : List.of("cat", "dog")) {
      ArrayNode array = labels.putArray(label);
      for (int i = 0; i < images; i++) {
        String imageId = label + "-" + i;
        array
            .addObject()
            .put("type", "download")
            .put("imageid", imageId)
            .put("url", "https://pictures.example/" + imageId + ".jpg");
      }
    }
    request.putObject("deliverTo").putObject("watson").putArray("credentials").add("class-7");
    return request;
  }
}
