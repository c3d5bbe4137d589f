package io.github.satchel.connectors.training.watson;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import io.github.satchel.connectors.training.operator.ByteBudget;
import io.github.satchel.connectors.training.transport.ArchiveBody;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.HttpTransport.Answer;
import io.github.satchel.connectors.training.transport.ResponseClassifier;
import io.github.satchel.connectors.training.transport.Secrets;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.hc.client5.http.classic.methods.HttpDelete;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.entity.mime.HttpMultipartMode;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HeaderElements;
import org.apache.hc.core5.http.HttpHeaders;

/**
 * The calls of Watson Visual Recognition v3 that a trainer needs, not more of them at once than a
 * key allows. Thread-safe.
 */
final class WatsonClient {

  /** The version that instances with a key in the query understand. */
  private static final String LEGACY_VERSION = "2016-05-20";

  private static final String CLASSIFIERS = "/v3/classifiers";
  private static final int NOT_FOUND = 404;
  private static final ContentType TEXT = ContentType.create("text/plain", StandardCharsets.UTF_8);

  /**
   * A classifier as the service shows it in full.
   *
   * @param explanation why its training failed; empty if the service says nothing
   */
  record Details(Classifier classifier, String explanation) {}

  private final HttpTransport transport;
  private final IamTokens tokens;
  private final CredentialsPool pool;
  private final ByteBudget uploads;
  private final String version;
  private final Clock clock;

  /**
   * @param uploads bytes of all creates at once
   */
  WatsonClient(
      HttpTransport transport,
      IamTokens tokens,
      CredentialsPool pool,
      ByteBudget uploads,
      String version,
      Clock clock) {
    this.transport = transport;
    this.tokens = tokens;
    this.pool = pool;
    this.uploads = uploads;
    this.version = version;
    this.clock = clock;
  }

  /** Creates a classifier. */
  Classifier create(Account account, Training training, LongConsumer progress)
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
    Function<URI, HttpUriRequestBase> request =
        uri -> {
          HttpPost post = new HttpPost(uri);
          // So that a refusal comes before the archives are sent.
          post.setHeader(HttpHeaders.EXPECT, HeaderElements.CONTINUE);
          post.setEntity(form.build());
          return post;
        };
    JsonNode created =
        pool.call(
            account.credentials(),
            () ->
                uploads.spend(
                    training.bytes(),
                    () -> require(exchange(account, CLASSIFIERS, request, progress))));
    return classifier(account, created)
        .orElseThrow(
            () ->
                new UploadException(Verdict.UNAVAILABLE, "the answer does not name a classifier"));
  }

  /** Lists the classifiers of an account. */
  List<Classifier> classifiers(Account account) throws UploadException, InterruptedException {
    JsonNode listed = require(call(account, CLASSIFIERS, HttpGet::new)).path("classifiers");
    if (!listed.isArray()) {
      throw new UploadException(Verdict.UNAVAILABLE, "the answer is not a list of classifiers");
    }
    List<Classifier> classifiers = new ArrayList<>();
    listed.forEach(node -> classifier(account, node).ifPresent(classifiers::add));
    return classifiers;
  }

  /** A classifier; empty if the account has none of that id. */
  Optional<Details> classifier(Account account, String id)
      throws UploadException, InterruptedException {
    Answer answer = call(account, path(id), HttpGet::new);
    if (answer.status() == NOT_FOUND) {
      return Optional.empty();
    }
    JsonNode shown = require(answer);
    return Optional.of(
        new Details(
            classifier(account, shown)
                .orElseThrow(
                    () ->
                        new UploadException(Verdict.UNAVAILABLE, "the answer is not a classifier")),
            ResponseClassifier.shorten(shown.path("explanation").asText())));
  }

  /** Deletes a classifier; says whether the account had one of that id. */
  boolean delete(Account account, String id) throws UploadException, InterruptedException {
    Answer answer = call(account, path(id), HttpDelete::new);
    if (answer.status() == NOT_FOUND) {
      return false;
    }
    require(answer);
    return true;
  }

  private Answer call(Account account, String path, Function<URI, HttpUriRequestBase> request)
      throws UploadException, InterruptedException {
    return pool.call(account.credentials(), () -> exchange(account, path, request, sent -> {}));
  }

  private Answer exchange(
      Account account,
      String path,
      Function<URI, HttpUriRequestBase> request,
      LongConsumer progress)
      throws UploadException, InterruptedException {
    Credentials credentials = account.credentials();
    boolean legacy = credentials.auth() == Auth.API_KEY;
    URI uri = credentials.resolve(path + "?version=" + (legacy ? LEGACY_VERSION : version));
    return switch (credentials.auth()) {
      case BASIC -> send(request.apply(uri), basic(credentials.apiKey()), progress);
      case API_KEY -> {
        Secrets key = new Secrets(null, "&api_key=" + percentEncoded(credentials.apiKey()));
        yield send(request.apply(uri), key, progress);
      }
      case IAM -> {
        String token = tokens.token(credentials.apiKey());
        Answer answer = send(request.apply(uri), bearer(token), progress);
        if (answer.status() != 401) {
          yield answer;
        }
        // The token may have been revoked before its time: the key has the last word.
        tokens.drop(credentials.apiKey(), token);
        yield send(request.apply(uri), bearer(tokens.token(credentials.apiKey())), progress);
      }
    };
  }

  private Answer send(HttpUriRequestBase request, Secrets secrets, LongConsumer progress)
      throws UploadException {
    request.setHeader("X-Watson-Learning-Opt-Out", "true");
    return transport.send(request, secrets, progress);
  }

  private static Secrets bearer(String token) {
    return new Secrets("Bearer " + token, null);
  }

  private static Secrets basic(String apiKey) {
    byte[] userAndPassword = ("apikey:" + apiKey).getBytes(StandardCharsets.UTF_8);
    return new Secrets("Basic " + Base64.getEncoder().encodeToString(userAndPassword), null);
  }

  private static JsonNode require(Answer answer) throws UploadException {
    Optional<Verdict> failure = ResponseClassifier.classify(answer.status(), answer.body());
    if (failure.isPresent()) {
      throw answer.failure(failure.get());
    }
    return answer.body();
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
            account.credentials().resolve(path(id)).toString(),
            account.name()));
  }

  private Instant created(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException unreadable) {
      return clock.instant();
    }
  }

  private static String path(String id) {
    return CLASSIFIERS + "/" + percentEncoded(id);
  }

  private static String percentEncoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
