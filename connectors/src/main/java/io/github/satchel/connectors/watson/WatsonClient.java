package io.github.satchel.connectors.watson;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.entity.mime.HttpMultipartMode;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HeaderElements;
import org.apache.hc.core5.http.HttpHeaders;

/** The calls of Watson Visual Recognition v3 that a trainer needs. Thread-safe. */
final class WatsonClient {

  private static final String CLASSIFIERS = "/v3/classifiers";
  private static final ContentType TEXT = ContentType.create("text/plain", StandardCharsets.UTF_8);

  private final HttpTransport transport;
  private final IamTokens tokens;
  private final String version;
  private final Clock clock;

  WatsonClient(HttpTransport transport, IamTokens tokens, String version, Clock clock) {
    this.transport = transport;
    this.tokens = tokens;
    this.version = version;
    this.clock = clock;
  }

  /** Creates a classifier. */
  Classifier create(Account account, Training training)
      throws UploadException, InterruptedException {
    MultipartEntityBuilder form =
        MultipartEntityBuilder.create()
            // Part headers in UTF-8, as browsers and the service's own SDKs send them.
            .setMode(HttpMultipartMode.LEGACY)
            .setCharset(StandardCharsets.UTF_8)
            .setContentType(ContentType.create("multipart/form-data"))
            .addTextBody("name", training.classifierName(), TEXT);
    for (ExampleArchive archive : training.archives()) {
      form.addPart(archive.className() + "_positive_examples", new ArchiveBody(archive));
    }
    JsonNode created =
        call(
            account,
            CLASSIFIERS,
            uri -> {
              HttpPost post = new HttpPost(uri);
              // So that a refusal comes before the archives are sent.
              post.setHeader(HttpHeaders.EXPECT, HeaderElements.CONTINUE);
              post.setEntity(form.build());
              return post;
            });
    return classifier(account, created)
        .orElseThrow(
            () ->
                new UploadException(Verdict.UNAVAILABLE, "the answer does not name a classifier"));
  }

  /** Lists the classifiers of an account. */
  List<Classifier> classifiers(Account account) throws UploadException, InterruptedException {
    JsonNode listed = call(account, CLASSIFIERS, HttpGet::new).path("classifiers");
    if (!listed.isArray()) {
      throw new UploadException(Verdict.UNAVAILABLE, "the answer is not a list of classifiers");
    }
    List<Classifier> classifiers = new ArrayList<>();
    listed.forEach(node -> classifier(account, node).ifPresent(classifiers::add));
    return classifiers;
  }

  private JsonNode call(Account account, String path, Function<URI, HttpUriRequestBase> request)
      throws UploadException, InterruptedException {
    Credentials credentials = account.credentials();
    URI uri = credentials.resolve(path + "?version=" + version);
    String token = tokens.token(credentials.apiKey());
    HttpTransport.Answer answer = send(request.apply(uri), token);
    if (answer.status() == 401) {
      // The token may have been revoked before its time: the key has the last word.
      tokens.drop(credentials.apiKey(), token);
      answer = send(request.apply(uri), tokens.token(credentials.apiKey()));
    }
    Optional<Verdict> failure = ResponseClassifier.classify(answer.status(), answer.body());
    if (failure.isPresent()) {
      throw answer.failure(failure.get());
    }
    return answer.body();
  }

  private HttpTransport.Answer send(HttpUriRequestBase request, String token)
      throws UploadException {
    request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
    request.setHeader("X-Watson-Learning-Opt-Out", "true");
    return transport.send(request);
  }

  private Optional<Classifier> classifier(Account account, JsonNode node) {
    String id = node.path("classifier_id").asText();
    if (id.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Classifier(
            id,
            node.path("name").asText(),
            node.path("status").asText("training"),
            created(node.path("created").asText()),
            account.credentials().resolve(CLASSIFIERS + "/" + percentEncoded(id)).toString(),
            account.name()));
  }

  private Instant created(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException unreadable) {
      return clock.instant();
    }
  }

  private static String percentEncoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
