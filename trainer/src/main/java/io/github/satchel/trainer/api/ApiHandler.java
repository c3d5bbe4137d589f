package io.github.satchel.trainer.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The API over HTTP: finds out who calls for what, and answers. Other paths are not handled. A call
 * holds a thread while it lasts.
 */
public final class ApiHandler extends Handler.Abstract {
  /** Where tokens are issued. */
  public static final String TOKEN_PATH = "/identity/token";

  private static final String CLASSIFIERS_PATH = "/v3/classifiers";
  private static final String CLASSIFY_PATH = "/v3/classify";

  /** Images in memory at once, whatever the number of calls; those of other calls wait on disk. */
  private static final int IMAGES_IN_MEMORY = 4;

  private final Iam iam;
  private final ClassifierApi api;
  private final StepsFactory steps;
  private final Limits limits;

  /** Says what happens between the steps of a call. */
  @FunctionalInterface
  public interface StepsFactory {
    /** For a call that begins. */
    CallSteps next(Key key, CallKind kind);
  }

  /**
   * Serves the API for these classifiers.
   *
   * @param fetcher brings images of {@code classify?url=}
   */
  public ApiHandler(
      Iam iam,
      Classifiers classifiers,
      Forms forms,
      ImageFetcher fetcher,
      StepsFactory steps,
      Limits limits) {
    this.iam = iam;
    this.steps = steps;
    this.limits = limits;
    var memory = new Semaphore(IMAGES_IN_MEMORY);
    api =
        new ClassifierApi(
            limits,
            forms,
            classifiers,
            new Classification(limits, classifiers, fetcher, memory),
            memory);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Optional<Reply> reply;
    try {
      reply = reply(request);
      if (reply.isPresent()) {
        send(reply.get().truth(), reply.get().steps(), request, response, callback);
      }
    } catch (InterruptedException closing) {
      drop(request, callback);
      return true;
    }
    return reply.isPresent();
  }

  private Optional<Reply> reply(Request request) throws Exception {
    String path = request.getHttpURI().getDecodedPath();
    if (path.equals(TOKEN_PATH) && request.getMethod().equals("POST")) {
      return Optional.of(token(Request.getParameters(request)));
    }
    if (path.equals(CLASSIFIERS_PATH)) {
      return Optional.of(known(request, null));
    }
    if (path.startsWith(CLASSIFIERS_PATH + "/")) {
      return Optional.of(known(request, path.substring(CLASSIFIERS_PATH.length() + 1)));
    }
    if (path.equals(CLASSIFY_PATH)) {
      return Optional.of(known(request, null));
    }
    return Optional.empty();
  }

  private Reply token(Fields form) throws InterruptedException {
    Optional<Key> key = iam.identify(form);
    if (key.isEmpty()) {
      return new Reply(iam.token(form), CallSteps.NONE);
    }
    CallSteps between = steps.next(key.get(), CallKind.TOKEN);
    Answer truth;
    try {
      between.beforeBody();
      between.beforeActing();
      truth = iam.token(form);
    } catch (Refusal refusal) {
      truth = refusal.answer();
    }
    return new Reply(truth, between);
  }

  private Reply known(Request request, @Nullable String id)
      throws IOException, InterruptedException {
    Fields query = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
    Optional<Key> key = iam.identify(request.getHeaders().get(HttpHeader.AUTHORIZATION), query);
    if (key.isEmpty()) {
      boolean large = request.getLength() > limits.maxUnauthorizedBytes();
      return new Reply(large ? Answer.TOO_LARGE : Answer.UNAUTHORIZED, CallSteps.NONE);
    }
    CallKind kind = kind(request, id);
    CallSteps between = steps.next(key.get(), kind);
    return new Reply(api.answer(request, kind, key.get(), id, between), between);
  }

  private static CallKind kind(Request request, @Nullable String id) {
    if (request.getHttpURI().getDecodedPath().equals(CLASSIFY_PATH)) {
      return CallKind.CLASSIFY;
    }
    return switch (request.getMethod()) {
      case "POST" -> id == null ? CallKind.CREATE : CallKind.UPDATE;
      case "DELETE" -> CallKind.DELETE;
      default -> CallKind.READ;
    };
  }

  /** Sends an answer, as far as the call's steps let it through. */
  public static void send(
      Answer truth, CallSteps steps, Request request, Response response, Callback callback)
      throws IOException, InterruptedException {
    if (steps.staysSilent()) {
      return; // as long as the server's idle timeout lets it
    }
    if (steps.dropsConnection()) {
      drop(request, callback);
      return;
    }
    Answer answer = steps.beforeAnswer(truth);
    send(answer, steps.leavesBodyUnread(), request, response, callback);
  }

  /** Sends an answer, after whatever the client still sends: or it would not see the answer. */
  public static void send(
      Answer answer, boolean leaveBody, Request request, Response response, Callback callback)
      throws IOException {
    if (leaveBody) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    } else if (request.getLength() > 0) {
      Content.Source.consumeAll(request);
    }
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    if (answer.retryAfter() != null) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, answer.retryAfter());
    }
    Content.Sink.write(response, true, answer.body(), callback);
  }

  /** Closes the connection instead of an answer. */
  public static void drop(Request request, Callback callback) {
    request.getConnectionMetaData().getConnection().getEndPoint().close();
    callback.succeeded();
  }

  /** What came of a call, and what its caller gets to see of that. */
  private record Reply(Answer truth, CallSteps steps) {}
}
