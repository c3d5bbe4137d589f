package io.github.satchel.local.watson;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.flink.util.FileUtils;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of the service. A call holds a thread while it lasts. */
final class WatsonHandler extends Handler.Abstract {
  static final String TOKEN_PATH = "/identity/token";

  private static final Logger LOG = LoggerFactory.getLogger(WatsonHandler.class);
  private static final String CLASSIFIERS_PATH = "/v3/classifiers";
  private static final Pattern VERSION = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern UNFIT_FOR_ID = Pattern.compile("[^\\p{L}\\p{M}\\p{N} ._-]");
  private static final int MAX_PARTS = 1_000;
  private static final int MAX_MEMORY_PART_BYTES = 8 * 1024;

  private final Iam iam;
  private final Limits limits;
  private final Clock clock;
  private final Duration trainingTime;
  private final Path spool;
  private final Consumer<Call> history;

  WatsonHandler(
      Iam iam,
      Limits limits,
      Clock clock,
      Duration trainingTime,
      Path spool,
      Consumer<Call> history) {
    this.iam = iam;
    this.limits = limits;
    this.clock = clock;
    this.trainingTime = trainingTime;
    this.spool = spool;
    this.history = history;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Optional<Answer> answer = answer(request);
    if (answer.isEmpty()) {
      request.getConnectionMetaData().getConnection().getEndPoint().close();
      callback.succeeded();
      return true;
    }
    if (request.getLength() > 0) {
      // A client that is still sending would see a broken connection instead of the answer.
      Content.Source.consumeAll(request);
    }
    response.setStatus(answer.get().status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.get().contentType());
    Content.Sink.write(response, true, answer.get().body(), callback);
    return true;
  }

  /** Nothing when the answer is to be lost. */
  private Optional<Answer> answer(Request request) throws Exception {
    String path = request.getHttpURI().getDecodedPath();
    if (path.equals(TOKEN_PATH) && request.getMethod().equals("POST")) {
      return Optional.of(iam.token(Request.getParameters(request)));
    }
    if (path.equals(CLASSIFIERS_PATH)) {
      return authenticated(request, null);
    }
    if (path.startsWith(CLASSIFIERS_PATH + "/")) {
      return authenticated(request, path.substring(CLASSIFIERS_PATH.length() + 1));
    }
    return Optional.of(Answer.gateway(404, "Not Found"));
  }

  private Optional<Answer> authenticated(Request request, @Nullable String id)
      throws IOException, InterruptedException {
    Fields query = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
    Optional<Plan> plan = iam.identify(request.getHeaders().get(HttpHeader.AUTHORIZATION), query);
    if (plan.isEmpty()) {
      boolean large = request.getLength() > limits.maxUnauthorizedBytes();
      return Optional.of(large ? Answer.TOO_LARGE : Answer.UNAUTHORIZED);
    }
    return new Exchange(request, plan.get(), query, id).run();
  }

  private static ObjectNode brief(Classifier classifier, Instant now) {
    return Answer.object()
        .put("classifier_id", classifier.id())
        .put("name", classifier.name())
        .put("owner", classifier.keyName())
        .put("status", classifier.status(now))
        .put("created", classifier.created().toString());
  }

  private static ObjectNode full(Classifier classifier, Instant now) {
    ObjectNode json = brief(classifier, now).put("updated", classifier.updated().toString());
    if (classifier.updated().isAfter(classifier.created())) {
      json.put("retrained", classifier.updated().toString());
    }
    ArrayNode classes = json.putArray("classes");
    classifier.classes().forEach(name -> classes.addObject().put("class", name));
    return json.put("core_ml_enabled", true);
  }

  /** One call of a known caller. */
  private final class Exchange {
    private final Request request;
    private final Plan plan;
    private final Fields query;
    private @Nullable String id;
    private @Nullable TrainingData data;
    private boolean answerLost;

    /**
     * @param id the classifier in the path, null when there is none
     */
    Exchange(Request request, Plan plan, Fields query, @Nullable String id) {
      this.request = request;
      this.plan = plan;
      this.query = query;
      this.id = id;
    }

    /** Nothing when the answer is to be lost. */
    Optional<Answer> run() throws IOException, InterruptedException {
      Call.Kind kind = kind();
      Answer answer = limited();
      if (kind != null) {
        record(kind, answer.status());
      }
      return answerLost ? Optional.empty() : Optional.of(answer);
    }

    private Call.@Nullable Kind kind() {
      return switch (request.getMethod()) {
        case "POST" -> id == null ? Call.Kind.CREATE : Call.Kind.UPDATE;
        case "DELETE" -> Call.Kind.DELETE;
        default -> null;
      };
    }

    private void record(Call.Kind kind, int status) {
      String name = data == null ? null : data.name();
      LOG.info("{} with key {}: {}, classifier {}", kind, plan.keyName(), status, id);
      history.accept(
          new Call(
              kind,
              plan.keyName(),
              id,
              name,
              clock.instant(),
              status,
              !answerLost,
              data == null ? List.of() : data.examples()));
    }

    private Answer limited() throws IOException, InterruptedException {
      if (!plan.calls().tryAcquire()) {
        return Answer.TOO_MANY_CALLS;
      }
      try {
        check();
        return id == null ? onAll() : onOne(id);
      } catch (Refusal refusal) {
        return refusal.answer();
      } finally {
        plan.calls().release();
      }
    }

    private void check() throws Refusal {
      switch (plan.state()) {
        case BLOCKED -> throw new Refusal(Answer.FORBIDDEN);
        case OVER_TRANSACTION_LIMIT -> throw new Refusal(Answer.OVER_TRANSACTION_LIMIT);
        case ACTIVE -> {}
      }
      String version = query.getValue("version");
      if (version == null || !VERSION.matcher(version).matches()) {
        throw new Refusal(Answer.inputError("Missing or invalid version: YYYY-MM-DD"));
      }
    }

    private Answer onAll() throws IOException, InterruptedException, Refusal {
      return switch (request.getMethod()) {
        case "GET" -> list();
        case "POST" -> create();
        default -> Answer.METHOD_NOT_ALLOWED;
      };
    }

    private Answer onOne(String id) throws IOException, Refusal {
      return switch (request.getMethod()) {
        case "GET" -> Answer.json(200, full(plan.get(id), clock.instant()));
        case "POST" -> update(id);
        case "DELETE" -> {
          plan.remove(id);
          yield Answer.json(200, Answer.object());
        }
        default -> Answer.METHOD_NOT_ALLOWED;
      };
    }

    private Answer list() {
      boolean verbose = Boolean.parseBoolean(query.getValue("verbose"));
      Instant now = clock.instant();
      ObjectNode body = Answer.object();
      ArrayNode classifiers = body.putArray("classifiers");
      for (Classifier classifier : plan.classifiers()) {
        classifiers.add(verbose ? full(classifier, now) : brief(classifier, now));
      }
      return Answer.json(200, body);
    }

    private Answer create() throws IOException, InterruptedException, Refusal {
      TrainingData received = receive();
      Fault fault = plan.faults().poll();
      if (fault instanceof Fault.Status failure) {
        return Answer.gateway(failure.status(), HttpStatus.getMessage(failure.status()));
      }
      if (fault instanceof Fault.Delay delay) {
        Thread.sleep(delay.duration().toMillis());
      }
      String name = received.name();
      if (name == null || name.isBlank()) {
        throw new Refusal(Answer.inputError("Missing parameter: name"));
      }
      if (received.examples().size() < 2 || received.classes().isEmpty()) {
        throw new Refusal(Answer.inputError("At least two example files are needed"));
      }
      Instant now = clock.instant();
      var created =
          new Classifier(
              newId(name),
              name,
              plan.keyName(),
              now,
              now,
              now.plus(trainingTime),
              received.classes(),
              optedOut());
      plan.add(created);
      id = created.id();
      answerLost = fault instanceof Fault.LostAnswer;
      return Answer.json(200, full(created, now));
    }

    private Answer update(String id) throws IOException, Refusal {
      if (plan.get(id).optedOut()) {
        throw new Refusal(
            Answer.inputError("Cannot update a classifier whose examples were not kept"));
      }
      TrainingData received = receive();
      if (received.examples().isEmpty()) {
        throw new Refusal(Answer.inputError("At least one example file is needed"));
      }
      Instant now = clock.instant();
      Classifier retrained =
          plan.replace(id, old -> old.retrained(received.classes(), now, now.plus(trainingTime)));
      return Answer.json(200, full(retrained, now));
    }

    private TrainingData receive() throws IOException, Refusal {
      if (request.getLength() > limits.maxCallBytes()) {
        throw new Refusal(Answer.TOO_LARGE);
      }
      Path directory = Files.createTempDirectory(spool, "call-");
      var config =
          new MultiPartConfig.Builder()
              .location(directory)
              .maxParts(MAX_PARTS)
              .maxSize(limits.maxCallBytes())
              .maxPartSize(-1)
              .maxMemoryPartSize(MAX_MEMORY_PART_BYTES)
              .useFilesForPartsWithoutFileName(true)
              .build();
      try (MultiPartFormData.Parts parts = parse(config)) {
        data = TrainingData.read(parts, limits, directory);
        return data;
      } finally {
        FileUtils.deleteDirectoryQuietly(directory.toFile());
      }
    }

    private MultiPartFormData.Parts parse(MultiPartConfig config) throws IOException, Refusal {
      String contentType = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
      if (contentType == null || !contentType.startsWith("multipart/form-data")) {
        throw new Refusal(Answer.inputError("The body is not a form"));
      }
      try {
        return MultiPartFormData.getParts(request, request, contentType, config);
      } catch (CompletionException e) {
        if (e.getCause() instanceof EofException clientIsGone) {
          throw clientIsGone;
        }
        LOG.debug("unreadable form", e);
        throw new Refusal(
            Request.getContentBytesRead(request) > limits.maxCallBytes()
                ? Answer.TOO_LARGE
                : Answer.inputError("The form cannot be read"));
      }
    }

    private boolean optedOut() {
      return Boolean.parseBoolean(request.getHeaders().get("X-Watson-Learning-Opt-Out"));
    }
  }

  private static String newId(String name) {
    int number = ThreadLocalRandom.current().nextInt(1_000_000_000, Integer.MAX_VALUE);
    return UNFIT_FOR_ID.matcher(name).replaceAll("_") + "_" + number;
  }
}
