package io.github.satchel.connectors.training.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.Training.NamedCredentials;
import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.operator.Attempt;
import io.github.satchel.connectors.training.operator.ByteBudget;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.operator.Trainer;
import io.github.satchel.connectors.training.operator.TrainerFactory;
import io.github.satchel.connectors.training.operator.TrainingFiles;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.ArchiveBody;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.HttpTransport.Answer;
import io.github.satchel.connectors.training.transport.Json;
import io.github.satchel.connectors.training.transport.ResponseClassifier;
import io.github.satchel.connectors.training.transport.Secrets;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.entity.mime.HttpMultipartMode;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HeaderElements;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts archives to an endpoint. The same {@code Idempotency-Key} with every attempt lets the
 * receiver tell a repetition, so that, unlike at Watson, there is nothing to look up.
 */
final class HttpTrainer implements Trainer {

  private static final Logger LOG = LoggerFactory.getLogger(HttpTrainer.class);

  /**
   * The part {@code training} of a request.
   *
   * @param id of the training, also the {@code Idempotency-Key}
   * @param attributes what the caller adds
   */
  record Message(
      String id, String name, Map<String, String> attributes, List<ArchiveEntry> archives) {}

  /**
   * An archive that follows.
   *
   * @param part the name of its part
   * @param label empty, and so left out, if it has a folder for each label
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record ArchiveEntry(String part, String label, int images, long bytes, String sha256) {}

  private final HttpTransport transport;
  private final HttpEndpointResolver resolver;
  private final ByteBudget uploads;
  private final Retrier retrier;
  private final TrainingMetrics metrics;
  private final Clock clock;

  HttpTrainer(TrainerFactory.Context context, HttpEndpointResolver resolver) {
    this.transport = context.transport();
    this.resolver = resolver;
    this.uploads = new ByteBudget(context.maxUploadBytes());
    this.retrier = context.retrier();
    this.metrics = context.metrics();
    this.clock = context.clock();
  }

  @Override
  public Classifier deliver(Attempt attempt) throws UploadException, InterruptedException {
    Training training = attempt.training();
    String name =
        training.credentials().stream()
            .findFirst()
            .map(NamedCredentials::name)
            .orElseThrow(() -> new UploadException(Verdict.FAILED, "no endpoint is named"));
    retrier.retrying(() -> TrainingFiles.requireArchives(training));
    byte[] message = message(training);
    LOG.info(
        "Training {}: uploading {} bytes to endpoint {}", training.id(), training.bytes(), name);
    try {
      Classifier taken = retrier.retrying(() -> post(attempt, name, message));
      metrics.inc(TrainingCounter.CLASSIFIERS_CREATED);
      return taken;
    } catch (UploadException failure) {
      if (failure.verdict() == Verdict.CREDENTIALS_REJECTED) {
        attempt.rejections().add(name, failure.verdict());
        metrics.inc(TrainingCounter.CREDENTIALS_REJECTED);
      } else if (failure.verdict() == Verdict.THROTTLED) {
        attempt.rejections().add(name, failure.verdict());
        metrics.inc(TrainingCounter.RATE_LIMITS);
      }
      throw failure;
    }
  }

  private Classifier post(Attempt attempt, String name, byte[] message)
      throws UploadException, InterruptedException {
    Training training = attempt.training();
    HttpEndpoint endpoint =
        resolver
            .resolve(name)
            .orElseThrow(
                () ->
                    new UploadException(
                        Verdict.CREDENTIALS_REJECTED,
                        "no endpoint %s is configured".formatted(name)));
    HttpPost post = new HttpPost(URI.create(endpoint.url()));
    post.setHeader(HttpHeaders.EXPECT, HeaderElements.CONTINUE);
    post.setHeader("Idempotency-Key", training.id());
    post.setHeader("Satchel-Signature", Signature.of(message, endpoint.secret(), clock.instant()));
    MultipartEntityBuilder form =
        MultipartEntityBuilder.create()
            .setMode(HttpMultipartMode.LEGACY)
            .setContentType(ContentType.MULTIPART_FORM_DATA)
            .setCharset(StandardCharsets.UTF_8)
            .addBinaryBody("training", message, ContentType.APPLICATION_JSON, null);
    for (int i = 0; i < training.archives().size(); i++) {
      form.addPart(part(i), new ArchiveBody(training.archives().get(i)));
    }
    post.setEntity(form.build());
    Answer answer =
        uploads.spend(
            training.bytes(), () -> transport.send(post, Secrets.NONE, attempt.progress()));
    Optional<Verdict> failure = ResponseClassifier.classifyEndpoint(answer.status());
    if (failure.isPresent()) {
      throw answer.failure(failure.get());
    }
    return taken(training, name, endpoint, answer.body());
  }

  /** The receiver can say what it calls the training and how far it is. */
  private Classifier taken(Training training, String name, HttpEndpoint endpoint, JsonNode answer) {
    return new Classifier(
        ResponseClassifier.shorten(answer.path("id").asText(training.id())),
        training.classifierName(),
        ResponseClassifier.shorten(answer.path("status").asText("accepted")),
        clock.instant(),
        endpoint.url(),
        name);
  }

  private static byte[] message(Training training) {
    List<ArchiveEntry> archives = new ArrayList<>();
    for (ExampleArchive archive : training.archives()) {
      archives.add(
          new ArchiveEntry(
              part(archives.size()),
              archive.className(),
              archive.images(),
              archive.bytes(),
              Objects.requireNonNull(archive.sha256(), "an endpoint needs the digest")));
    }
    try {
      return Json.MAPPER.writeValueAsBytes(
          new Message(training.id(), training.classifierName(), training.attributes(), archives));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String part(int index) {
    return "archive-" + index;
  }

  @Override
  public List<FollowUp> after(TrainingEvent outcome, Instant now) {
    return List.of();
  }

  @Override
  public @Nullable FollowUp withdrawal(Classifier created, Instant now) {
    return null; // what it was posted is the receiver's own
  }

  @Override
  public Step advance(Training training, Classifier created, FollowUp work, Instant now) {
    throw new IllegalStateException("An endpoint has no work after an outcome: " + work.key());
  }

  @Override
  public void close() {
    transport.close();
  }
}
