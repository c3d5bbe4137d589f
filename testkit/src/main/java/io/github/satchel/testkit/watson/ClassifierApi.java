package io.github.satchel.testkit.watson;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
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

  private final Limits limits;
  private final Clock clock;
  private final Duration trainingTime;
  private final Forms forms;
  private final Faults faults;
  private final History history;

  ClassifierApi(
      Limits limits,
      Clock clock,
      Duration trainingTime,
      Forms forms,
      Faults faults,
      History history) {
    this.limits = limits;
    this.clock = clock;
    this.trainingTime = trainingTime;
    this.forms = forms;
    this.faults = faults;
    this.history = history;
  }

  /**
   * Serves a call and says what came of it.
   *
   * @param id the classifier in the path, null when there is none
   */
  Answer answer(Request request, Call.Kind kind, Plan plan, @Nullable String id, Mishap mishap)
      throws IOException, InterruptedException {
    return new Exchange(request, kind, plan, id, mishap).run();
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
    if (classifier.explanation() != null && classifier.status(now).equals("failed")) {
      json.put("explanation", classifier.explanation());
    }
    return json.put("core_ml_enabled", true);
  }

  /** One call of a known caller. */
  private final class Exchange {
    private final Request request;
    private final Call.Kind kind;
    private final Plan plan;
    private final Fields query;
    private final Mishap mishap;
    private @Nullable String id;
    private @Nullable String name;
    private List<Examples> examples = List.of();
    private @Nullable Classifier left;

    Exchange(Request request, Call.Kind kind, Plan plan, @Nullable String id, Mishap mishap) {
      this.request = request;
      this.kind = kind;
      this.plan = plan;
      this.query = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
      this.id = id;
      this.mishap = mishap;
    }

    Answer run() throws IOException, InterruptedException {
      Answer answer = limited();
      if (kind.changes()) {
        LOG.info("{} with key {}: {}, classifier {}", kind, plan.keyName(), answer.meaning(), id);
        history.add(
            kind,
            plan.keyName(),
            id,
            name,
            clock.instant(),
            answer.meaning(),
            mishap.tellsTheTruth(),
            examples,
            left);
      }
      return answer;
    }

    private Answer limited() throws IOException, InterruptedException {
      if (!plan.calls().tryAcquire()) {
        return Answer.TOO_MANY_CALLS;
      }
      try {
        check();
        mishap.beforeBody();
        return id == null ? onAll() : onOne(id);
      } catch (Refusal refusal) {
        return refusal.answer();
      } finally {
        plan.calls().release();
      }
    }

    private void check() throws Refusal {
      switch (plan.state()) {
        case DELETED -> throw new Refusal(Answer.UNAUTHORIZED);
        case BLOCKED -> throw new Refusal(Answer.FORBIDDEN);
        case OVER_TRANSACTION_LIMIT -> throw new Refusal(Answer.OVER_TRANSACTION_LIMIT);
        case ACTIVE -> {}
      }
      if (!plan.countCall()) {
        throw new Refusal(Answer.TOO_MANY_CALLS_A_SECOND);
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

    private Answer onOne(String id) throws IOException, InterruptedException, Refusal {
      return switch (request.getMethod()) {
        case "GET" -> {
          mishap.beforeActing();
          yield Answer.json(200, full(plan.get(id), clock.instant()));
        }
        case "POST" -> update(id);
        case "DELETE" -> {
          mishap.beforeActing();
          name = plan.remove(id).name();
          yield Answer.json(200, Answer.object());
        }
        default -> Answer.METHOD_NOT_ALLOWED;
      };
    }

    private Answer list() throws InterruptedException, Refusal {
      mishap.beforeActing();
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
      mishap.beforeActing();
      name = received.name();
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
              faults.nextTraining(plan.keyName()),
              received.classes(),
              optedOut());
      plan.add(created);
      left = created;
      id = created.id();
      return Answer.json(200, full(created, now));
    }

    private Answer update(String id) throws IOException, InterruptedException, Refusal {
      Classifier classifier = plan.get(id);
      name = classifier.name();
      if (classifier.optedOut()) {
        throw new Refusal(
            Answer.inputError("Cannot update a classifier whose examples were not kept"));
      }
      TrainingData received = receive();
      mishap.beforeActing();
      if (received.examples().isEmpty()) {
        throw new Refusal(Answer.inputError("At least one example file is needed"));
      }
      Instant now = clock.instant();
      String failure = faults.nextTraining(plan.keyName());
      Classifier retrained =
          plan.replace(
              id, old -> old.retrained(received.classes(), now, now.plus(trainingTime), failure));
      left = retrained;
      return Answer.json(200, full(retrained, now));
    }

    private TrainingData receive() throws IOException, Refusal {
      TrainingData received =
          forms.read(
              request, mishap, (parts, directory) -> TrainingData.read(parts, limits, directory));
      examples = received.examples();
      return received;
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
