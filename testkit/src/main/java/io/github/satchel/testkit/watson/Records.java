package io.github.satchel.testkit.watson;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Collection;
import java.util.Locale;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** What the emulator did and has, over HTTP: docs/emulator.md. */
final class Records {
  static final String PATH = "/emulator/";

  private final Collection<Plan> plans;
  private final History history;
  private final Clock clock;

  Records(Collection<Plan> plans, History history, Clock clock) {
    this.plans = plans;
    this.history = history;
    this.clock = clock;
  }

  Answer answer(String path, Fields query) {
    return switch (path) {
      case PATH + "history" -> calls(query);
      case PATH + "classifiers" -> classifiers(query);
      default -> Answer.gateway(404);
    };
  }

  private Answer calls(Fields query) {
    long after = query.get("after") == null ? 0 : Long.parseLong(query.getValue("after"));
    ObjectNode body = Answer.object();
    ArrayNode calls = body.putArray("calls");
    for (Call call : history.calls()) {
      if (call.number() > after
          && matches(query.getValue("kind"), wire(call.kind()))
          && matches(query.getValue("key"), call.keyName())
          && isOf(query.getValue("request"), call.name())) {
        calls.add(json(call));
      }
    }
    return Answer.json(200, body);
  }

  private static ObjectNode json(Call call) {
    ObjectNode json =
        Answer.object()
            .put("number", call.number())
            .put("kind", wire(call.kind()))
            .put("key", call.keyName())
            .put("classifier_id", call.classifierId())
            .put("name", call.name())
            .put("at", call.at().toString())
            .put("status", call.status())
            .put("answered", call.answered());
    ArrayNode examples = json.putArray("examples");
    for (Examples zip : call.examples()) {
      ArrayNode entries =
          examples
              .addObject()
              .put("class", zip.className())
              .put("sha256", zip.sha256())
              .putArray("entries");
      zip.entries().forEach(entries::add);
    }
    return json;
  }

  private Answer classifiers(Fields query) {
    ObjectNode body = Answer.object();
    ArrayNode classifiers = body.putArray("classifiers");
    for (Plan plan : plans) {
      for (Classifier classifier : plan.classifiers()) {
        if (matches(query.getValue("key"), plan.keyName())
            && isOf(query.getValue("request"), classifier.name())) {
          classifiers.add(
              Answer.object()
                  .put("classifier_id", classifier.id())
                  .put("key", plan.keyName())
                  .put("name", classifier.name())
                  .put("status", classifier.status(clock.instant()))
                  .put("created", classifier.created().toString()));
        }
      }
    }
    return Answer.json(200, body);
  }

  private static String wire(Call.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static boolean matches(@Nullable String wanted, String value) {
    return wanted == null || wanted.equals(value);
  }

  /** The job's classifiers are named {@code <project>_<request id>}. */
  private static boolean isOf(@Nullable String requestId, @Nullable String name) {
    return requestId == null || (name != null && name.endsWith("_" + requestId));
  }
}
