package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.TrainingCounter;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.HttpUrls;
import io.github.satchel.connectors.training.transport.ResponseClassifier;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.entity.UrlEncodedFormEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.message.BasicNameValuePair;

/**
 * IAM tokens, one a key, kept to 80 % of their life and never in their last ten seconds. All
 * callers that wait for a token of the same key share one request. Thread-safe.
 */
final class IamTokens {

  private static final Duration LAST_MOMENT = Duration.ofSeconds(10);

  private record Token(String value, Instant staleAt) {
    @Override
    public String toString() {
      return "Token[***, staleAt=" + staleAt + "]";
    }
  }

  private final HttpTransport transport;
  private final String iamUrl;
  private final Clock clock;
  private final TrainingMetrics metrics;

  /** By API key. Holds requests under way and tokens; a request that failed is taken out. */
  private final ConcurrentMap<String, CompletableFuture<Token>> tokens = new ConcurrentHashMap<>();

  IamTokens(HttpTransport transport, String iamUrl, Clock clock, TrainingMetrics metrics) {
    this.transport = transport;
    this.iamUrl = iamUrl;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * A token that can be used now.
   *
   * @throws UploadException if IAM gives none
   */
  String token(String apiKey) throws UploadException, InterruptedException {
    while (true) {
      CompletableFuture<Token> own = new CompletableFuture<>();
      CompletableFuture<Token> shared = tokens.putIfAbsent(apiKey, own);
      if (shared == null) {
        return refresh(apiKey, own).value();
      }
      Token token = await(shared);
      if (!isStale(token)) {
        return token.value();
      }
      tokens.remove(apiKey, shared);
    }
  }

  /** Forgets a token that the service did not accept, unless it was replaced already. */
  void drop(String apiKey, String token) {
    tokens.computeIfPresent(
        apiKey, (key, known) -> isDone(known, done -> done.value().equals(token)) ? null : known);
  }

  private Token refresh(String apiKey, CompletableFuture<Token> request) throws UploadException {
    tokens.values().removeIf(known -> isDone(known, this::isStale));
    try {
      Token token = request(apiKey);
      request.complete(token);
      return token;
    } catch (UploadException | RuntimeException | Error failure) {
      tokens.remove(apiKey, request);
      request.completeExceptionally(failure);
      throw failure;
    }
  }

  private Token request(String apiKey) throws UploadException {
    metrics.inc(TrainingCounter.TOKENS_REQUESTED);
    HttpPost post = new HttpPost(HttpUrls.append(iamUrl, "/identity/token"));
    post.setHeader(HttpHeaders.ACCEPT, "application/json");
    post.setEntity(
        new UrlEncodedFormEntity(
            List.of(
                new BasicNameValuePair("grant_type", "urn:ibm:params:oauth:grant-type:apikey"),
                new BasicNameValuePair("apikey", apiKey))));
    HttpTransport.Answer answer = transport.send(post);
    Optional<Verdict> failure = ResponseClassifier.classifyToken(answer.status(), answer.body());
    if (failure.isPresent()) {
      // Only the code: IAM's texts may repeat what it was sent.
      throw new UploadException(
          failure.get(),
          "IAM gave no token, status %d %s"
              .formatted(answer.status(), answer.body().path("errorCode").asText())
              .strip(),
          answer.retryAfter());
    }
    Duration life = Duration.ofSeconds(answer.body().path("expires_in").asLong());
    Duration use = min(life.multipliedBy(4).dividedBy(5), life.minus(LAST_MOMENT));
    return new Token(answer.body().path("access_token").asText(), clock.instant().plus(use));
  }

  private static Token await(CompletableFuture<Token> shared)
      throws UploadException, InterruptedException {
    try {
      return shared.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof UploadException failure) {
        throw new UploadException(failure.verdict(), failure.reason(), failure.retryAfter());
      }
      throw new IllegalStateException(failed.getCause());
    }
  }

  private static boolean isDone(CompletableFuture<Token> known, Predicate<Token> and) {
    return known.isDone() && !known.isCompletedExceptionally() && and.test(known.join());
  }

  private boolean isStale(Token token) {
    return !clock.instant().isBefore(token.staleAt());
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
