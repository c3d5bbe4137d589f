package io.github.satchel.testkit.watson;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * What the service says, in the shapes that the real one uses.
 *
 * @param retryAfter the header of that name, null for none
 */
record Answer(int status, String contentType, String body, @Nullable String retryAfter) {
  static final Answer UNAUTHORIZED = gateway(401);
  static final Answer FORBIDDEN = gateway(403);
  static final Answer TOO_MANY_CALLS = gateway(429);
  static final Answer TOO_MANY_CALLS_A_SECOND = TOO_MANY_CALLS.withRetryAfter("1");
  static final Answer ERROR_OBJECT =
      error(200, 500, "internal_error", "Cannot execute learning task.");
  static final Answer METHOD_NOT_ALLOWED = gateway(405);
  static final Answer NOT_FOUND = error(404, 404, "not_found", "Cannot find classifier.");
  static final Answer TOO_LARGE =
      new Answer(
          413,
          "text/html",
          "<html><head><title>413 Request Entity Too Large</title></head>"
              + "<body><h1>413 Request Entity Too Large</h1></body></html>",
          null);
  // The documents do not tell the status that comes with this body.
  static final Answer OVER_TRANSACTION_LIMIT =
      json(403, object().put("status", "ERROR").put("statusInfo", "Key is over transaction limit"));

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static Answer json(int status, JsonNode body) {
    return new Answer(status, "application/json", body.toString(), null);
  }

  Answer withRetryAfter(@Nullable String value) {
    return new Answer(status, contentType, body, value);
  }

  /** The status that fits best, which may not be the one that is sent. */
  int meaning() {
    return equals(ERROR_OBJECT) ? 500 : status;
  }

  /** A failure found before the service itself is reached, or no more than a status. */
  static Answer gateway(int status) {
    return json(status, object().put("code", status).put("error", HttpStatus.getMessage(status)));
  }

  /** Training data that the service does not take. */
  static Answer inputError(String description) {
    return error(400, 400, "input_error", description);
  }

  static Answer planFull(int slots, int existing) {
    return inputError(
        "Cannot execute learning task. : this plan instance can have only "
            + slots
            + " custom classifier(s), and "
            + existing
            + " already exist.");
  }

  static Answer iamError(String code, String message) {
    return json(400, object().put("errorCode", code).put("errorMessage", message));
  }

  private static Answer error(int status, int code, String id, String description) {
    ObjectNode body = object();
    body.putObject("error").put("code", code).put("error_id", id).put("description", description);
    return json(status, body);
  }
}
