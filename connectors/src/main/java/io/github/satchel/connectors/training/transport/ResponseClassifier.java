package io.github.satchel.connectors.training.transport;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Decides what an answer means. Pure; empty means that the call succeeded. */
public final class ResponseClassifier {

  private static final Pattern PLAN_FULL =
      Pattern.compile("this plan instance can have only \\d+ custom classifier");
  private static final String OVER_LIMIT = "Key is over transaction limit";

  /** IAM: no such key, and key blocked. */
  private static final Set<String> BAD_KEYS = Set.of("BXNIM0415E", "BXNIM0434E");

  private static final int DESCRIPTION_LIMIT = 300;

  private ResponseClassifier() {}

  /**
   * An answer of the service.
   *
   * @param body a missing node if the body is not JSON
   */
  public static Optional<Verdict> classify(int status, JsonNode body) {
    if (body.path("statusInfo").asText().contains(OVER_LIMIT)) {
      return Optional.of(Verdict.RATE_LIMITED);
    }
    if (status >= 200 && status < 300) {
      boolean sound = body.isObject() && !body.has("error") && !isErrorStatus(body);
      return sound ? Optional.empty() : Optional.of(Verdict.UNAVAILABLE);
    }
    return Optional.of(
        switch (status) {
          case 400 ->
              PLAN_FULL.matcher(description(body)).find() ? Verdict.PLAN_FULL : Verdict.REFUSED;
          case 401, 403 -> Verdict.CREDENTIALS_REJECTED;
          case 413 -> Verdict.TOO_LARGE;
          default -> transport(status);
        });
  }

  /**
   * An answer of IAM to a request for a token.
   *
   * @param body a missing node if the body is not JSON
   */
  public static Optional<Verdict> classifyToken(int status, JsonNode body) {
    if (status >= 200 && status < 300) {
      boolean sound = body.path("access_token").isTextual();
      return sound ? Optional.empty() : Optional.of(Verdict.UNAVAILABLE);
    }
    boolean badKey = status == 400 && BAD_KEYS.contains(body.path("errorCode").asText());
    return Optional.of(badKey ? Verdict.CREDENTIALS_REJECTED : transport(status));
  }

  /** An answer of an endpoint that knows a repetition by its {@code Idempotency-Key}. */
  public static Optional<Verdict> classifyEndpoint(int status) {
    if (status >= 200 && status < 300) {
      return Optional.empty();
    }
    return Optional.of(
        switch (status) {
          case 400, 413, 415, 422 -> Verdict.REFUSED;
          case 401, 403 -> Verdict.CREDENTIALS_REJECTED;
          // The first attempt is still being taken.
          case 409, 425 -> Verdict.UNAVAILABLE;
          default -> transport(status);
        });
  }

  /** What the service says about an error, shortened; empty if it says nothing readable. */
  public static String description(JsonNode body) {
    JsonNode error = body.path("error");
    String text =
        Optional.of(error.path("description").asText())
            .filter(description -> !description.isBlank())
            .orElse(error.isTextual() ? error.asText() : body.path("statusInfo").asText());
    return shorten(text);
  }

  /** What the service says, bounded. */
  public static String shorten(String text) {
    return text.length() <= DESCRIPTION_LIMIT ? text : text.substring(0, DESCRIPTION_LIMIT) + "…";
  }

  private static Verdict transport(int status) {
    return switch (status) {
      case 408 -> Verdict.UNAVAILABLE;
      case 429 -> Verdict.THROTTLED;
      case 501 -> Verdict.FAILED;
      default -> status >= 500 ? Verdict.UNAVAILABLE : Verdict.FAILED;
    };
  }

  /** The service's status of a call that failed; the status of a classifier is lower case. */
  private static boolean isErrorStatus(JsonNode body) {
    return body.path("status").asText().equals("ERROR");
  }
}
