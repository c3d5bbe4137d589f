package io.github.satchel.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;

/**
 * Asks a training service with Watson Visual Recognition's v3 API what pictures show. It can be
 * used by several threads.
 */
public final class TrainerClient {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final String VERSION = "?version=2018-03-19";

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
  private final String url;
  private final String authorization;

  /**
   * A client of the service at an address; the key is sent as basic authentication.
   *
   * @param url without a path or with the one before {@code /v3}
   */
  public TrainerClient(String url, String apiKey) {
    this.url = url;
    String pair = "apikey:" + apiKey;
    authorization =
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Asks a classifier about a picture.
   *
   * @param threshold classes below this confidence are left out, 0 to 1
   * @return the service's JSON object for the picture: it has the scores of the classes, or an
   *     {@code error} with {@code code} and {@code description}, also if the whole call was refused
   * @throws IOException if the service does not respond, or with something else
   */
  public JsonNode classify(String classifierId, byte[] picture, double threshold)
      throws IOException, InterruptedException {
    String boundary = UUID.randomUUID().toString();
    var form = new ByteArrayOutputStream();
    part(form, boundary, "classifier_ids", classifierId.getBytes(StandardCharsets.UTF_8));
    part(form, boundary, "threshold", Double.toString(threshold).getBytes(StandardCharsets.UTF_8));
    part(form, boundary, "images_file\"; filename=\"picture", picture);
    form.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return ofTheOnePicture(
        send(
            request("/v3/classify")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.ofByteArray(form.toByteArray()))));
  }

  /** How many classifiers the key has. */
  public int classifiers() throws IOException, InterruptedException {
    return Json.MAPPER
        .readTree(send(request("/v3/classifiers").GET()).body())
        .path("classifiers")
        .size();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path + VERSION))
        .timeout(TIMEOUT)
        .header("Authorization", authorization);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    try {
      return http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IOException("The trainer at " + url + " does not respond: " + e, e);
    }
  }

  private static void part(
      ByteArrayOutputStream form, String boundary, String name, byte[] content) {
    String head =
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n";
    form.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    form.writeBytes(content);
    form.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode ofTheOnePicture(HttpResponse<String> response) throws IOException {
    try {
      JsonNode body = Json.MAPPER.readTree(response.body());
      JsonNode image = body.at("/images/0");
      if (image.isObject()) {
        return image;
      }
      if (body.isObject() && response.statusCode() != 200) {
        ObjectNode error = Json.MAPPER.createObjectNode();
        String description = body.at("/error/description").asText("");
        error
            .putObject("error")
            .put("code", response.statusCode())
            .put("description", description.isEmpty() ? body.path("error").asText() : description);
        return error;
      }
    } catch (JsonProcessingException e) {
      // a page of something in between
    }
    throw new IOException("The trainer responded with " + response.statusCode() + ", no result");
  }
}
