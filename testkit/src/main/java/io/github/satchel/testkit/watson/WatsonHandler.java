package io.github.satchel.testkit.watson;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Finds out who calls for what, and lets faults happen. A call holds a thread while it lasts. */
final class WatsonHandler extends Handler.Abstract {
  static final String TOKEN_PATH = "/identity/token";

  private static final String CLASSIFIERS_PATH = "/v3/classifiers";

  private final Iam iam;
  private final ClassifierApi api;
  private final ArchiveReceiver receiver;
  private final Records records;
  private final Faults faults;
  private final Limits limits;
  private final Pause pause;

  WatsonHandler(
      Iam iam,
      ClassifierApi api,
      ArchiveReceiver receiver,
      Records records,
      Faults faults,
      Limits limits,
      Pause pause) {
    this.iam = iam;
    this.api = api;
    this.receiver = receiver;
    this.records = records;
    this.faults = faults;
    this.limits = limits;
    this.pause = pause;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    try {
      send(reply(request), request, response, callback);
    } catch (InterruptedException closing) {
      drop(request, callback);
    }
    return true;
  }

  private Reply reply(Request request) throws Exception {
    String path = request.getHttpURI().getDecodedPath();
    if (path.startsWith(Records.PATH)) {
      return Reply.of(records.answer(path, query(request)));
    }
    if (path.equals(TOKEN_PATH) && request.getMethod().equals("POST")) {
      return token(Request.getParameters(request));
    }
    if (path.equals(CLASSIFIERS_PATH)) {
      return classifiers(request, null);
    }
    if (path.startsWith(CLASSIFIERS_PATH + "/")) {
      return classifiers(request, path.substring(CLASSIFIERS_PATH.length() + 1));
    }
    if (path.equals(ArchiveReceiver.PATH) && request.getMethod().equals("POST")) {
      Mishap mishap = mishap(ArchiveReceiver.NAME, Call.Kind.CREATE);
      return new Reply(receiver.answer(request, mishap), mishap);
    }
    return Reply.of(Answer.gateway(404));
  }

  private Reply token(Fields form) throws InterruptedException {
    Optional<Plan> plan = iam.identify(form);
    if (plan.isEmpty()) {
      return Reply.of(iam.token(form));
    }
    Mishap mishap = mishap(plan.get().keyName(), Call.Kind.TOKEN);
    Answer truth;
    try {
      mishap.beforeBody();
      mishap.beforeActing();
      truth = iam.token(form);
    } catch (Refusal refusal) {
      truth = refusal.answer();
    }
    return new Reply(truth, mishap);
  }

  private Reply classifiers(Request request, @Nullable String id)
      throws IOException, InterruptedException {
    Optional<Plan> plan =
        iam.identify(request.getHeaders().get(HttpHeader.AUTHORIZATION), query(request));
    if (plan.isEmpty()) {
      boolean large = request.getLength() > limits.maxUnauthorizedBytes();
      return Reply.of(large ? Answer.TOO_LARGE : Answer.UNAUTHORIZED);
    }
    Call.Kind kind =
        switch (request.getMethod()) {
          case "POST" -> id == null ? Call.Kind.CREATE : Call.Kind.UPDATE;
          case "DELETE" -> Call.Kind.DELETE;
          default -> Call.Kind.READ;
        };
    Mishap mishap = mishap(plan.get().keyName(), kind);
    return new Reply(api.answer(request, kind, plan.get(), id, mishap), mishap);
  }

  private Mishap mishap(String keyName, Call.Kind kind) {
    return new Mishap(faults.next(keyName, kind), pause);
  }

  private static Fields query(Request request) {
    return Request.extractQueryParameters(request, StandardCharsets.UTF_8);
  }

  private static void send(Reply reply, Request request, Response response, Callback callback)
      throws IOException, InterruptedException {
    Mishap mishap = reply.mishap();
    if (mishap.staysSilent()) {
      return; // as long as the server's idle timeout lets it
    }
    if (mishap.dropsConnection()) {
      drop(request, callback);
      return;
    }
    Answer answer = mishap.beforeAnswer(reply.truth());
    if (mishap.leavesBodyUnread()) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    } else if (request.getLength() > 0) {
      // A client that is still sending would see a broken connection instead of the answer.
      Content.Source.consumeAll(request);
    }
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    if (answer.retryAfter() != null) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, answer.retryAfter());
    }
    Content.Sink.write(response, true, answer.body(), callback);
  }

  private static void drop(Request request, Callback callback) {
    request.getConnectionMetaData().getConnection().getEndPoint().close();
    callback.succeeded();
  }

  /** What came of a call, and what its caller gets to see of that. */
  private record Reply(Answer truth, Mishap mishap) {
    static Reply of(Answer answer) {
      return new Reply(answer, Mishap.NONE);
    }
  }
}
