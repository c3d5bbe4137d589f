package io.github.satchel.trainer.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
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
public final class Iam {
  private static final String GRANT_TYPE = "urn:ibm:params:oauth:grant-type:apikey";

  /** Tells tokens from everything else, so that one that leaked can be found. */
  private static final String TOKEN_PREFIX = "local-token-";

  private final Collection<Key> keys;
  private final Clock clock;
  private final Duration tokenLife;
  private final Map<String, Token> tokens = new ConcurrentHashMap<>();

  /**
   * Knows these keys.
   *
   * @param tokenLife how long a token is good for
   */
  public Iam(Collection<Key> keys, Clock clock, Duration tokenLife) {
    this.keys = keys;
    this.clock = clock;
    this.tokenLife = tokenLife;
  }

  /** Whose key a form asks a token for. */
  Optional<Key> identify(Fields form) {
    String apikey = form.getValue("apikey");
    return apikey == null ? Optional.empty() : byApikey(apikey);
  }

  /** A token for the API key in a form. */
  Answer token(Fields form) {
    if (!GRANT_TYPE.equals(form.getValue("grant_type")) || form.getValue("apikey") == null) {
      return Answer.iamError("BXNIM0109E", "Property missing or empty: grant_type, apikey");
    }
    Optional<Key> key = identify(form).filter(known -> known.state() != Key.State.DELETED);
    if (key.isEmpty()) {
      return Answer.iamError("BXNIM0415E", "Provided API key could not be found.");
    }
    if (key.get().state() == Key.State.BLOCKED) {
      return Answer.iamError("BXNIM0434E", "Provided API key is blocked.");
    }
    Instant now = clock.instant();
    tokens.values().removeIf(token -> token.expired(now));
    var token = new Token(key.get(), now.plus(tokenLife));
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
  public void revokeTokens(Key key) {
    tokens.values().removeIf(token -> token.key() == key);
  }

  /** Whose key an Authorization header, or a legacy instance's query, holds. */
  public Optional<Key> identify(@Nullable String authorization, Fields query) {
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
              .map(Token::key);
      case "Basic" -> basic(words[1]);
      default -> Optional.empty();
    };
  }

  private Optional<Key> basic(String base64) {
    try {
      String pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      return pair.startsWith("apikey:")
          ? byApikey(pair.substring("apikey:".length()))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Compares with every key, and with all of each, so that time tells nothing. */
  private Optional<Key> byApikey(String apikey) {
    byte[] given = apikey.getBytes(StandardCharsets.UTF_8);
    Key found = null;
    for (Key key : keys) {
      if (MessageDigest.isEqual(key.secret().getBytes(StandardCharsets.UTF_8), given)) {
        found = key;
      }
    }
    return Optional.ofNullable(found);
  }

  private record Token(Key key, Instant expires) {
    boolean expired(Instant now) {
      return !now.isBefore(expires);
    }
  }
}
