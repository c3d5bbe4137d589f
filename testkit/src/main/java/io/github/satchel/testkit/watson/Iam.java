package io.github.satchel.testkit.watson;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Who a caller is: API keys, and the tokens that IBM's IAM gives for them. */
final class Iam {
  private static final String GRANT_TYPE = "urn:ibm:params:oauth:grant-type:apikey";

  /** Tells tokens from everything else, so that one that leaked can be found. */
  private static final String TOKEN_PREFIX = "local-token-";

  private final Collection<Plan> plans;
  private final Clock clock;
  private final Duration tokenLife;
  private final Map<String, Token> tokens = new ConcurrentHashMap<>();

  Iam(Collection<Plan> plans, Clock clock, Duration tokenLife) {
    this.plans = plans;
    this.clock = clock;
    this.tokenLife = tokenLife;
  }

  /** Whose plan a form asks a token for. */
  Optional<Plan> identify(Fields form) {
    String apikey = form.getValue("apikey");
    return apikey == null ? Optional.empty() : byApikey(apikey);
  }

  /** A token for the API key in a form. */
  Answer token(Fields form) {
    if (!GRANT_TYPE.equals(form.getValue("grant_type")) || form.getValue("apikey") == null) {
      return Answer.iamError("BXNIM0109E", "Property missing or empty: grant_type, apikey");
    }
    Optional<Plan> plan = identify(form).filter(known -> known.state() != KeyState.DELETED);
    if (plan.isEmpty()) {
      return Answer.iamError("BXNIM0415E", "Provided API key could not be found.");
    }
    if (plan.get().state() == KeyState.BLOCKED) {
      return Answer.iamError("BXNIM0434E", "Provided API key is blocked.");
    }
    Instant now = clock.instant();
    tokens.values().removeIf(token -> token.expired(now));
    var token = new Token(plan.get(), now.plus(tokenLife));
    String secret = TOKEN_PREFIX + UUID.randomUUID();
    tokens.put(secret, token);
    return Answer.json(
        200,
        Answer.object()
            .put("access_token", secret)
            .put("refresh_token", "not_supported")
            .put("token_type", "Bearer")
            .put("expires_in", tokenLife.toSeconds())
            .put("expiration", token.expires().getEpochSecond()));
  }

  /** Makes every token so far worthless that was given for a key. */
  void revokeTokens(String keyName) {
    tokens.values().removeIf(token -> token.plan().keyName().equals(keyName));
  }

  /** Whose plan an Authorization header, or a legacy instance's key in the query, is for. */
  Optional<Plan> identify(@Nullable String authorization, Fields query) {
    String legacyKey = query.getValue("api_key");
    if (legacyKey != null) {
      return byApikey(legacyKey);
    }
    if (authorization == null) {
      return Optional.empty();
    }
    String[] words = authorization.split(" ", 2);
    if (words.length < 2) {
      return Optional.empty();
    }
    return switch (words[0]) {
      case "Bearer" ->
          Optional.ofNullable(tokens.get(words[1]))
              .filter(token -> !token.expired(clock.instant()))
              .map(Token::plan);
      case "Basic" -> basic(words[1]);
      default -> Optional.empty();
    };
  }

  private Optional<Plan> basic(String base64) {
    try {
      String pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      return pair.startsWith("apikey:")
          ? byApikey(pair.substring("apikey:".length()))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<Plan> byApikey(String apikey) {
    return plans.stream().filter(plan -> plan.apikey().equals(apikey)).findFirst();
  }

  private record Token(Plan plan, Instant expires) {
    boolean expired(Instant now) {
      return !now.isBefore(expires);
    }
  }
}
