package io.github.satchel.trainer.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the service does for callers it knows. A call holds a thread while it lasts. */
final class ClassifierApi {
  private static final Logger LOG = LoggerFactory.getLogger(ClassifierApi.class);
  private static final Pattern VERSION = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern UNFIT_FOR_ID = Pattern.compile("[^\\p{L}\\p{M}\\p{N} ._-]");
  private static final int MAX_NAME = 200;

  private final Limits limits;
  private final Forms forms;
  private final Classifiers classifiers;
  private final Classification classification;
  private final Semaphore memory;

  /**
   * Serves calls.
   *
   * @param memory a permit for each image that may be in memory
   */
  ClassifierApi(
      Limits limits,
      Forms forms,
      Classifiers classifiers,
      Classification classification,
      Semaphore memory) {
    this.limits = limits;
    this.forms = forms;
    this.classifiers = classifiers;
    this.classification = classification;
    this.memory = memory;
  }

  /**
   * Serves a call and says what came of it.
   *
   * @param id the classifier in the path, null when there is none
   */
  Answer answer(Request request, CallKind kind, Key key, @Nullable String id, CallSteps steps)
      throws IOException, InterruptedException {
    return new Exchange(request, kind, key, id, steps).run();
  }

  private static ObjectNode brief(Classifier classifier) {
    return Answer.object()
        .put("classifier_id", classifier.id())
        .put("name", classifier.name())
        .put("owner", classifier.owner())
        .put("status", classifier.status())
        .put("created", classifier.created().toString());
  }

  private static ObjectNode full(Classifier classifier) {
    ObjectNode json = brief(classifier).put("updated", classifier.updated().toString());
    if (classifier.updated().isAfter(classifier.created())) {
      json.put("retrained", classifier.updated().toString());
    }
    ArrayNode classes = json.putArray("classes");
    classifier.classes().forEach(name -> classes.addObject().put("class", name));
    if (classifier.explanation() != null) {
      json.put("explanation", classifier.explanation());
    }
    return json.put("core_ml_enabled", true);
  }

  /** One call of a known caller. */
  private final class Exchange {
    private final Request request;
    private final CallKind kind;
    private final Key key;
    private final Fields query;
    private final CallSteps steps;
    private @Nullable String id;
    private @Nullable String name;
    private @Nullable TrainingData data;

    Exchange(Request request, CallKind kind, Key key, @Nullable String id, CallSteps steps) {
      this.request = request;
      this.kind = kind;
      this.key = key;
      this.query = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
      this.id = id;
      this.steps = steps;
    }

    Answer run() throws IOException, InterruptedException {
      Answer answer = limited();
      if (kind.changes()) {
        LOG.info("{} with key {}: {}, classifier {}", kind, key.name(), answer.meaning(), id);
      }
      return answer;
    }

    private Answer limited() throws IOException, InterruptedException {
      if (!key.calls().tryAcquire()) {
        return changed(Answer.TOO_MANY_CALLS);
      }
      try {
        check();
        steps.beforeBody();
        return switch (kind) {
          case CREATE, UPDATE -> receive();
          case CLASSIFY -> classify();
          default -> changed(id == null ? onAll() : onOne(id));
        };
      } catch (Refusal refusal) {
        return changed(refusal.answer());
      } finally {
        key.calls().release();
      }
    }

    private Answer changed(Answer answer) throws IOException {
      if (kind.changes()) {
        steps.changed(kind, key, id, name, data, answer);
      }
      return answer;
    }

    private void check() throws Refusal {
      switch (key.state()) {
        case DELETED -> throw new Refusal(Answer.UNAUTHORIZED);
        case BLOCKED -> throw new Refusal(Answer.FORBIDDEN);
        case OVER_TRANSACTION_LIMIT -> throw new Refusal(Answer.OVER_TRANSACTION_LIMIT);
        case ACTIVE -> {}
      }
      if (!key.countCall()) {
        throw new Refusal(Answer.TOO_MANY_CALLS_A_SECOND);
      }
      String version = query.getValue("version");
      if (version == null || !VERSION.matcher(version).matches()) {
        throw new Refusal(Answer.inputError("Missing or invalid version: YYYY-MM-DD"));
      }
    }

    private Answer onAll() throws InterruptedException, Refusal {
      if (!request.getMethod().equals("GET")) {
        return Answer.METHOD_NOT_ALLOWED;
      }
      steps.beforeActing();
      boolean verbose = Boolean.parseBoolean(query.getValue("verbose"));
      ObjectNode body = Answer.object();
      ArrayNode all = body.putArray("classifiers");
      for (Classifier classifier : classifiers.list(key)) {
        all.add(verbose ? full(classifier) : brief(classifier));
      }
      return Answer.json(200, body);
    }

    private Answer onOne(String id) throws IOException, InterruptedException, Refusal {
      switch (request.getMethod()) {
        case "GET" -> {
          steps.beforeActing();
          Classifier classifier = classifiers.get(key, id);
          ObjectNode json = full(classifier);
          if (Boolean.parseBoolean(query.getValue("verbose")) && classifier.details() != null) {
            json.setAll(classifier.details());
          }
          return Answer.json(200, json);
        }
        case "DELETE" -> {
          steps.beforeActing();
          name = classifiers.delete(key, id).name();
          return Answer.json(200, Answer.object());
        }
        default -> {
          return Answer.METHOD_NOT_ALLOWED;
        }
      }
    }

    /** A create or an update, whose zips are there until it has returned. */
    private Answer receive() throws IOException, InterruptedException, Refusal {
      if (id != null) {
        Classifier old = classifiers.get(key, id);
        name = old.name();
        if (old.optedOut()) {
          throw new Refusal(
              Answer.inputError("Cannot update a classifier whose examples were not kept"));
        }
      }
      return forms.read(
          request,
          steps.body(request),
          (parts, directory) -> {
            TrainingData received = checked(parts, directory);
            data = received;
            try {
              steps.beforeActing();
              Classifier left = id == null ? create(received) : update(id, received);
              return changed(Answer.json(200, full(left)));
            } catch (Refusal refusal) {
              return changed(refusal.answer());
            }
          });
    }

    private Classifier create(TrainingData received) throws IOException, Refusal {
      String wanted = received.name();
      name = wanted;
      if (wanted == null || wanted.isBlank()) {
        throw new Refusal(Answer.inputError("Missing parameter: name"));
      }
      if (wanted.length() > MAX_NAME) {
        throw new Refusal(Answer.inputError("A name has at most " + MAX_NAME + " characters"));
      }
      if (received.examples().size() < 2 || received.classes().isEmpty()) {
        throw new Refusal(Answer.inputError("At least two example files are needed"));
      }
      Classifier created = classifiers.create(key, newId(wanted), received, optedOut());
      id = created.id();
      return created;
    }

    private Classifier update(String id, TrainingData received) throws IOException, Refusal {
      if (received.examples().isEmpty()) {
        throw new Refusal(Answer.inputError("At least one example file is needed"));
      }
      return classifiers.update(key, id, received);
    }

    private TrainingData checked(MultiPartFormData.Parts parts, Path directory)
        throws IOException, InterruptedException, Refusal {
      memory.acquire();
      try {
        return TrainingData.read(parts, limits, directory);
      } finally {
        memory.release();
      }
    }

    private Answer classify() throws IOException, InterruptedException, Refusal {
      return switch (request.getMethod()) {
        case "GET" -> {
          steps.beforeActing();
          yield classification.ofAddress(key, query);
        }
        case "POST" ->
            forms.read(
                request,
                steps.body(request),
                (parts, directory) -> {
                  Classification.Call call = classification.read(parts, directory);
                  steps.beforeActing();
                  return classification.of(key, call);
                });
        default -> Answer.METHOD_NOT_ALLOWED;
      };
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
