package io.github.satchel.connectors.training.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseClassifierTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | {"error":{"code":400,"description":"Cannot execute learning task. : this plan instance can have only 1 custom classifier(s), and 1 already exist."}} | PLAN_FULL
          400 | {"error":{"code":400,"description":"this plan instance can have only 12 custom classifier(s), and 12 already exist."}} | PLAN_FULL
          400 | {"error":{"code":400,"description":"Not enough images"}} | REFUSED
          400 | | REFUSED
          400 | {"status":"ERROR","statusInfo":"Key is over transaction limit"} | RATE_LIMITED
          200 | {"status":"ERROR","statusInfo":"Key is over transaction limit"} | RATE_LIMITED
          403 | {"status":"ERROR","statusInfo":"Key is over transaction limit"} | RATE_LIMITED
          401 | {"code":401,"error":"Unauthorized"} | CREDENTIALS_REJECTED
          403 | {"code":403,"error":"Forbidden"} | CREDENTIALS_REJECTED
          413 | | TOO_LARGE
          200 | {"error":{"code":500,"description":"broken"}} | UNAVAILABLE
          200 | {"status":"ERROR","statusInfo":"invalid-api-key"} | UNAVAILABLE
          200 | | UNAVAILABLE
          429 | {"error":"slow down"} | THROTTLED
          408 | | UNAVAILABLE
          500 | | UNAVAILABLE
          502 | | UNAVAILABLE
          503 | {"error":"later"} | UNAVAILABLE
          504 | | UNAVAILABLE
          501 | | FAILED
          404 | {"error":"not found"} | FAILED
          302 | | FAILED
          """)
  void everyFailureOfTheServiceHasItsMeaning(int status, String body, Verdict verdict)
      throws IOException {
    assertThat(ResponseClassifier.classify(status, json(body))).contains(verdict);
  }

  @Test
  void anAnswerWithoutAnErrorIsASuccess() throws IOException {
    JsonNode created = json("{\"classifier_id\":\"a_1\",\"status\":\"training\"}");

    assertThat(ResponseClassifier.classify(200, created)).isEmpty();
    assertThat(ResponseClassifier.classify(200, json("{\"classifiers\":[]}"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | {"errorCode":"BXNIM0415E","errorMessage":"Provided API key could not be found"} | CREDENTIALS_REJECTED
          400 | {"errorCode":"BXNIM0434E"} | CREDENTIALS_REJECTED
          400 | {"errorCode":"BXNIM0109E"} | FAILED
          404 | | FAILED
          429 | | THROTTLED
          500 | | UNAVAILABLE
          503 | | UNAVAILABLE
          501 | | FAILED
          200 | {} | UNAVAILABLE
          200 | | UNAVAILABLE
          """)
  void everyFailureOfIamHasItsMeaning(int status, String body, Verdict verdict) throws IOException {
    assertThat(ResponseClassifier.classifyToken(status, json(body))).contains(verdict);
  }

  @Test
  void aTokenIsASuccess() throws IOException {
    assertThat(ResponseClassifier.classifyToken(200, json("{\"access_token\":\"t\"}"))).isEmpty();
  }

  @Test
  void theDescriptionIsWhatTheServiceSaysAndNeverLong() throws IOException {
    assertThat(ResponseClassifier.description(json("{\"error\":{\"description\":\"why\"}}")))
        .isEqualTo("why");
    assertThat(ResponseClassifier.description(json("{\"code\":401,\"error\":\"Unauthorized\"}")))
        .isEqualTo("Unauthorized");
    assertThat(ResponseClassifier.description(json("{\"statusInfo\":\"limit\"}")))
        .isEqualTo("limit");
    assertThat(ResponseClassifier.description(MissingNode.getInstance())).isEmpty();
    assertThat(
            ResponseClassifier.description(json("{\"error\":\"%s\"}".formatted("x".repeat(5000)))))
        .hasSizeLessThan(400);
  }

  private static JsonNode json(String body) throws IOException {
    return body == null ? MissingNode.getInstance() : Json.MAPPER.readTree(body);
  }
}
