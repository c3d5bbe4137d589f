package io.github.satchel.connectors.training.transport;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongConsumer;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.concurrent.DefaultThreadFactory;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and reads whole answers, each within a time limit. No redirects (a token must not
 * follow one) and no retries of its own. Thread-safe.
 */
public final class HttpTransport implements Closeable {

  /**
   * The kernel takes more only when a good part of this is sent: small enough to notice that a slow
   * line moves, large enough for a fast one.
   */
  private static final int SEND_BUFFER_BYTES = 512 << 10;

  /** Far above any answer of the service, far below what would hurt. */
  private static final int MAX_ANSWER_CHARS = 4 << 20;

  /**
   * An answer.
   *
   * @param body a missing node if it is not JSON
   * @param retryAfter how long the service asked to wait
   */
  public record Answer(int status, JsonNode body, @Nullable Duration retryAfter) {

    /** The failure that this answer is. */
    public UploadException failure(Verdict verdict) {
      String said = ResponseClassifier.description(body);
      return new UploadException(
          verdict,
          "status %d%s%s"
              .formatted(
                  status,
                  said.isEmpty() ? "" : ", " + said,
                  verdict == Verdict.FAILED ? "; check the url of the credentials" : ""),
          retryAfter);
    }
  }

  private final CloseableHttpClient client;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<HttpUriRequestBase> running = ConcurrentHashMap.newKeySet();
  private final TransportOptions options;
  private final Clock clock;
  private volatile boolean closed;

  /**
   * @param options limits of each request; at most {@code maxConnections} are sent at once
   */
  public HttpTransport(TransportOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
    this.timer =
        new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("satchel-trainer-watch", true));
    timer.setRemoveOnCancelPolicy(true);
    this.client =
        HttpClients.custom()
            .setRequestExecutor(new SecretiveConnections.Executor())
            .setConnectionManager(
                new SecretiveConnections()
                    .setDefaultSocketConfig(
                        SocketConfig.custom().setSndBufSize(SEND_BUFFER_BYTES).build())
                    .setMaxConnTotal(options.maxConnections())
                    .setMaxConnPerRoute(options.maxConnections())
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(Timeout.of(options.connectTimeout()))
                            .setSocketTimeout(Timeout.of(options.responseTimeout()))
                            .build())
                    .build())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(Timeout.of(options.uploadTimeout()))
                    .setResponseTimeout(Timeout.of(options.responseTimeout()))
                    .build())
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableCookieManagement()
            .disableAuthCaching()
            .build();
  }

  /** Sends a request that holds no secret but in its body. */
  public Answer send(HttpUriRequestBase request) throws UploadException {
    return send(request, Secrets.NONE, sent -> {});
  }

  /**
   * Sends a request.
   *
   * @param secrets join it on its way to the socket
   * @param progress is told how many bytes of the body were sent
   * @throws UploadException {@link Verdict#UNAVAILABLE} if there was no complete answer in time
   */
  public Answer send(HttpUriRequestBase request, Secrets secrets, LongConsumer progress)
      throws UploadException {
    HttpClientContext context = HttpClientContext.create();
    SecretiveConnections.attach(context, secrets);
    try (Watch watch = new Watch(request, options, timer)) {
      HttpEntity body = request.getEntity();
      if (body != null) {
        request.setEntity(watch.watched(body, progress));
      }
      running.add(request);
      if (closed) {
        request.abort();
      }
      try {
        return client.execute(request, context, this::read);
      } catch (IOException lost) {
        throw request.isAborted() ? aborted(watch) : broken(lost);
      } catch (IllegalStateException inconsistent) {
        // What the client says if it is aborted between two of its steps.
        if (request.isAborted()) {
          throw aborted(watch);
        }
        throw inconsistent;
      } finally {
        running.remove(request);
      }
    }
  }

  private static UploadException aborted(Watch watch) {
    return new UploadException(Verdict.UNAVAILABLE, watch.reason());
  }

  private static UploadException broken(IOException lost) {
    return new UploadException(
        Verdict.UNAVAILABLE,
        "%s: %s".formatted(lost.getClass().getSimpleName(), lost.getMessage()));
  }

  private Answer read(ClassicHttpResponse response) throws IOException {
    try {
      HttpEntity entity = response.getEntity();
      String text = entity == null ? null : EntityUtils.toString(entity, MAX_ANSWER_CHARS);
      return new Answer(response.getCode(), parse(text), retryAfter(response));
    } catch (ParseException malformed) {
      throw new IOException("a malformed content type", malformed);
    }
  }

  private static JsonNode parse(@Nullable String text) {
    try {
      return text == null ? MissingNode.getInstance() : Json.MAPPER.readTree(text);
    } catch (JacksonException notJson) {
      return MissingNode.getInstance();
    }
  }

  /** RFC 9110, section 10.2.3: seconds, or a date. */
  private @Nullable Duration retryAfter(ClassicHttpResponse response) {
    Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
    if (header == null) {
      return null;
    }
    String value = header.getValue().trim();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    Instant date = DateUtils.parseStandardDate(value);
    if (date == null) {
      return null;
    }
    Duration wait = Duration.between(clock.instant(), date);
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  /** Breaks off what is under way. */
  @Override
  public void close() {
    closed = true;
    // One by one: to close the client does not reach a connection that is just being made.
    running.forEach(HttpUriRequestBase::abort);
    timer.shutdownNow();
    client.close(CloseMode.IMMEDIATE);
  }
}
